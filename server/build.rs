//! Builds the program anew when the files that it holds have changed.

fn main() {
    println!("cargo::rerun-if-changed=../dist/pkg");
    println!("cargo::rerun-if-changed=../public");
}
