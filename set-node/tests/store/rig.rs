use set_node::{
    config::{StoreConfig, StoreUrl},
    store::Store,
};
use set_testkit::externals::Postgres;
use tempfile::TempDir;

/// Where the store of one test is.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) config: StoreConfig,
    pub(crate) database: Option<Database>,
}

/// A database of a server that the tests started.
pub(crate) struct Database {
    pub(crate) server: &'static Postgres,
    pub(crate) url: String,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            config: StoreConfig::default(),
            database: None,
        }
    }

    /// A new database; `None` where there is no PostgreSQL.
    pub(crate) fn postgres() -> Option<Self> {
        let server = Postgres::require()?;
        let url = server.database();
        let mut place = Self::sqlite();
        place.config.url = Some(StoreUrl::new(&url));
        place.database = Some(Database { server, url });
        Some(place)
    }

    /// The store, as another node would open it.
    pub(crate) async fn open(&self) -> Store {
        Store::open(self.folder.path(), &self.config).await.unwrap()
    }
}

/// Makes of each function over a [`Place`] a test on SQLite and one on PostgreSQL.
macro_rules! on_both_engines {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    super::$test(crate::rig::Place::sqlite()).await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    if let Some(place) = crate::rig::Place::postgres() {
                        super::$test(place).await;
                    }
                }
            )+
        }
    };
}

pub(crate) use on_both_engines;
