//! A console that sends webhooks to a receiver.

use crate::deliveries::receiver::Receiver;
use domain::actor::Target;
use domain::delivery::{Channel, DeliveryRow};
use domain::role::PlatformRole;
use serde_json::json;
use services::guard::Caller;
use services::outbox::{self, Message};
use services::testing::World;
use services::{Services, views};

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) receiver: Receiver,
    /// Sends to the receiver.
    pub(crate) services: Services,
    pub(crate) maintainer: Caller,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let world = World::create().await;
        let receiver = Receiver::start().await;
        let services = world.services.clone().with_channels(receiver.channels());
        let maintainer = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
        Self { world, receiver, services, maintainer }
    }

    /// Writes messages with the numbers from 1 on.
    pub(crate) async fn enqueue(&self, count: usize) {
        let messages: Vec<Message> = (1..=count)
            .map(|number| Message {
                channel: Channel::Webhook,
                recipient: "https://alerts.example.com".into(),
                subject: format!("Message {number}"),
                payload: json!({ "number": number }),
            })
            .collect();
        let mut transaction = self.services.database().begin().await.expect("a transaction");
        outbox::enqueue(&self.services, &mut transaction, &messages).await.expect("written");
        transaction.commit().await.expect("a commit");
    }

    /// Sends what is due. Returns how many messages were delivered.
    pub(crate) async fn deliver(&self) -> usize {
        outbox::deliver(&self.services).await.expect("the database answers")
    }

    pub(crate) async fn rows(&self) -> Vec<DeliveryRow> {
        let viewer = self.world.signed_in(self.maintainer.actor.user_id).await;
        let can = viewer.can(Target::Platform).expect("the right");
        views::deliveries(&self.services, &can).await.expect("rows")
    }

    /// The only message.
    pub(crate) async fn row(&self) -> DeliveryRow {
        let mut rows = self.rows().await;
        assert_eq!(rows.len(), 1);
        rows.remove(0)
    }
}
