//! The same checks, made by the worker of the bundle in Chromium.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use probe::{Endpoint, EndpointReport, Step};
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::Server;

/// The deadline of a check, and as long again for a machine that is busy.
const LONGEST_CHECK: Duration = Duration::from_secs(90);

/// So long a browser may take to close.
const LONGEST_END: Duration = Duration::from_secs(10);

/// A browser with one worker, in which many checks may run at once. It is closed when it is dropped.
pub(crate) struct Browser {
    process: Child,
    requests: Mutex<Option<ChildStdin>>,
    waiting: Arc<Mutex<HashMap<String, Waiting>>>,
    checks: AtomicUsize,
}

/// A check that has not ended.
struct Waiting {
    steps: Vec<Step>,
    report: oneshot::Sender<Vec<Step>>,
}

impl Browser {
    /// Starts the browser. With `date`, an IMF-fixdate (RFC 9110 §5.6.7), that is the time of its site.
    pub(crate) fn start(date: Option<&str>) -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut process = Command::new("node")
            .arg(workspace.join("end2end/worker/drive.mjs"))
            .envs(date.map(|date| ("SITE_DATE", date)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the browser needs node: Debian package nodejs");
        let waiting = Arc::<Mutex<HashMap<String, Waiting>>>::default();
        let requests = Mutex::new(process.stdin.take());
        let events = BufReader::new(process.stdout.take().unwrap());
        let told = Arc::clone(&waiting);
        std::thread::spawn(move || {
            for event in events.lines() {
                let event: Value = serde_json::from_str(&event.unwrap()).unwrap();
                let service = event["service"].as_str().unwrap_or_default();
                let mut waiting = told.lock().unwrap();
                match (event["event"].as_str(), waiting.get_mut(service)) {
                    (Some("step"), Some(waiting)) => {
                        let step = serde_json::from_value(event["step"].clone());
                        waiting.steps.push(step.unwrap());
                    }
                    (Some("done"), Some(_)) => {
                        let Waiting { steps, report } = waiting.remove(service).unwrap();
                        // Whoever has asked may have given up.
                        let _ = report.send(steps);
                    }
                    // It cannot go on.
                    _ => {
                        eprintln!("the worker says {event}");
                        break;
                    }
                }
            }
            // Nobody is answered any more.
            told.lock().unwrap().clear();
        });
        Self {
            process,
            requests,
            waiting,
            checks: AtomicUsize::new(0),
        }
    }

    /// Checks one server with this name and password.
    pub(crate) async fn check(
        &self,
        server: &Server,
        endpoint: &Endpoint,
        [user, password]: [&str; 2],
        root: &CertificateDer<'_>,
    ) -> EndpointReport {
        let id = format!("s{}", self.checks.fetch_add(1, Ordering::Relaxed));
        let request = json!({
            "services": [{
                "record": server.address.port().to_string(),
                "endpoint": Endpoint { id: id.clone(), ..endpoint.clone() },
            }],
            "domain": null,
            "sign_in": { "user": user, "message": null },
            "extra_roots": pem(root),
            "password": password,
        });
        let (report, steps) = oneshot::channel();
        let waiting = Waiting {
            steps: Vec::new(),
            report,
        };
        self.waiting.lock().unwrap().insert(id, waiting);
        let begun = Instant::now();
        {
            let mut requests = self.requests.lock().unwrap();
            writeln!(requests.as_mut().unwrap(), "{request}").unwrap();
        }
        let steps = timeout(LONGEST_CHECK, steps).await;
        let steps = steps.expect("in time").expect("the browser answers");
        EndpointReport::new(endpoint.clone(), steps, begun.elapsed())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The end of the input is the end of the browser.
        drop(self.requests.lock().unwrap().take());
        let begun = Instant::now();
        while begun.elapsed() < LONGEST_END && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let base64 = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
}
