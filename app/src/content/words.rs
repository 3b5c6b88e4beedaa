//! Declares the words of a page, or of a part of it.

/// Declares a table of words. What stands alone is shown as it is; what stands behind the semicolon has the
/// placeholders in its parentheses.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, reason = "the words say what they are for")]
        pub struct $name {
            $(pub $field: $kind,)+
        }
    };
    ($(#[$doc:meta])* $name:ident: $($field:ident)* $(; $($template:ident($values:ty))+)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, reason = "the words say what they are for")]
        pub struct $name {
            $(
                #[serde(deserialize_with = "crate::content::template::plain")]
                pub $field: String,
            )*
            $($(pub $template: crate::content::template::Template<$values>,)+)?
        }
    };
}
pub(crate) use words;
