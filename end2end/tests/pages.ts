// The pages that are tested one by one.

/** One page of each kind. */
export const PAGES = [
  "/",
  "/test",
  "/settings/lab.test",
  "/programs",
  "/programs/outlook-classic",
  "/programs/windows-mail",
  "/programs/printer-scanner",
  "/programs/old-systems",
  "/fix/card/security-and-port?program=thunderbird",
  "/fix/card/moved-or-cancelled",
  "/programs/apple-mail-ios",
  "/programs/thunderbird-android",
  "/programs/outlook",
  "/fix",
  "/fix/send-test",
  "/fix/send-program?trail=start.send~send-test.fine",
  "/errors",
  "/errors?q=535+5.7.8",
  "/check?out_port=25&in_port=993",
  "/network",
  "/report",
  "/status",
  "/operators/dns",
  "/operators/dns/lab.test",
];
