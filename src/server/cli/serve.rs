//! `aisora serve` and `aisora worker`: start, run, and stop within ten seconds.

use super::CliError;
use crate::server::{
    config::{Config, Mode},
    http::{connections, site::Site},
    router::{Web, router},
    state::{App, Parts},
};
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// After the signal, requests in flight and the worker get this long, both at once: the worker may have to hear a
/// provider's answer to an order (`HAND_OVER`), then gives its leases back. Streams end at once.
const FINISH: Duration = Duration::from_secs(7);

/// Serves the web, and works on jobs unless told not to.
pub async fn serve(config: Config, with_worker: bool, migrate: bool) -> Result<(), CliError> {
    let site = Site::find(&config.site_dir)?;
    let (bind, mode, address) = (config.bind, config.mode, config.public_url.clone());
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| CliError::Said(error.to_string()))?;
    if let Some(warning) = config.warning() {
        tracing::warn!("{warning}");
    }
    let app = App::open(config, migrate, Parts::default()).await?;
    let listener = TcpListener::bind(bind).await.map_err(|error| {
        CliError::Said(format!(
            "{bind} cannot be listened on: {error}. Choose another with --bind or AISORA_BIND."
        ))
    })?;
    let stop = CancellationToken::new();
    let web = Web {
        app: app.clone(),
        options: LeptosOptions::builder()
            .output_name("aisora")
            .site_root(site.folder.display().to_string())
            .site_pkg_dir("pkg")
            .site_addr(bind)
            .build(),
        site: Arc::new(site),
        metrics: metrics.clone(),
        stop: stop.clone(),
        has_worker: with_worker,
        watching: std::env::var_os("LEPTOS_WATCH").is_some(),
    };
    app.tend(&stop);
    let worker = with_worker.then(|| tokio::spawn(app.worker.clone().run(stop.clone())));
    let relay = tokio::spawn(app.hub.clone().relay(app.db.clone(), stop.clone()));
    tokio::spawn(async move {
        // Histograms are drained now and then, or they grow between two visits of Prometheus.
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            metrics.run_upkeep();
        }
    });
    tokio::spawn(stop_at_signal(stop.clone()));
    tracing::info!(
        database = app.db.engine(),
        worker = with_worker,
        production = mode == Mode::Production,
        "AiSora is ready: {address}"
    );
    let server = tokio::spawn(connections::serve(listener, router(web), stop.clone()));
    stop.cancelled().await;
    let drained = async {
        if tokio::time::timeout(FINISH, server).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
    };
    tokio::join!(drained, given_back(worker));
    relay.abort();
    close(&app).await;
    Ok(())
}

/// Works on jobs only.
pub async fn worker(config: Config) -> Result<(), CliError> {
    let app = App::open(config, true, Parts::default()).await?;
    let stop = CancellationToken::new();
    tokio::spawn(stop_at_signal(stop.clone()));
    tracing::info!(database = app.db.engine(), "the worker is ready");
    app.tend(&stop);
    let worker = tokio::spawn(app.worker.clone().run(stop.clone()));
    stop.cancelled().await;
    given_back(Some(worker)).await;
    close(&app).await;
    Ok(())
}

/// Waits for the worker to give its work back.
async fn given_back(worker: Option<JoinHandle<()>>) {
    if let Some(worker) = worker
        && tokio::time::timeout(FINISH, worker).await.is_err()
    {
        tracing::warn!("some leases were not given back; they run out by themselves");
    }
}

async fn close(app: &App) {
    let _ = tokio::time::timeout(Duration::from_secs(1), app.db.close()).await;
    tracing::info!("stopped");
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop_at_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate => {}
    }
    tracing::info!("stopping: no new requests, the running ones finish, leases go back");
    stop.cancel();
}
