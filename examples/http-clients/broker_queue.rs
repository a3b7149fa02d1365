// A queue of twilight's (0.16 and 0.17) whose shards wait in the broker; crates: reqwest, tokio, tracing, twilight-gateway.
use std::time::Duration;
use reqwest::{RequestBuilder, StatusCode};
use tokio::{sync::oneshot, time::sleep};
use twilight_gateway::queue::Queue;

#[derive(Debug)]
pub struct BrokerQueue {
    pub client: reqwest::Client,
    pub broker: String, // http://127.0.0.1:8080
    pub token: String,
    pub total: u32,
}

impl Queue for BrokerQueue {
    fn enqueue(&self, shard: u32) -> oneshot::Receiver<()> {
        let (mut sender, receiver) = oneshot::channel();
        let url = format!("{}/?shard={shard}&total={}", self.broker, self.total);
        let request = self.client.get(url).bearer_auth(&self.token);
        tokio::spawn(async move {
            tokio::select! {
                () = sender.closed() => return, // hangs up, which gives the place in line up
                () = released(&request) => {}
            }
            let _ = sender.send(());
        });
        receiver
    }
}

/// Asks until the answer is a release: nothing but 200 is one.
async fn released(request: &RequestBuilder) {
    loop {
        match request.try_clone().expect("it has no body").send().await {
            Ok(answer) if answer.status() == StatusCode::OK => return,
            Ok(answer) => tracing::warn!("the broker answered {}", answer.status()),
            Err(error) => tracing::warn!("the broker is away: {error}"),
        }
        sleep(Duration::from_secs(2)).await;
    }
}
