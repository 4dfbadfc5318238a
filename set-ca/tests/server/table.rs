//! An institution's own software decides, with SQL.

use set_core::msg::cert::cert_res::CertStatusCode;
use set_testkit::externals::Postgres;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::approval::shop;
use super::*;

/// The software of an institution.
enum Institution {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Id, entity, request type, brand, BIN and merchant id.
type Row = (String, String, String, String, String, Option<String>);

impl Institution {
    fn over_the_file(rig: &Rig) -> Self {
        let url = format!("sqlite://{}", rig.data.path().join("store.db").display());
        let connection = rig.runtime.block_on(SqliteConnection::connect(&url));
        Self::Sqlite(connection.unwrap())
    }

    fn over_the_database(rig: &Rig, url: &str) -> Self {
        let connection = rig.runtime.block_on(PgConnection::connect(url));
        Self::Postgres(connection.unwrap())
    }

    /// Runs a statement; gives how many rows it changed.
    fn write(&mut self, rig: &Rig, sql: &str) -> Result<u64, sqlx::Error> {
        let query = AssertSqlSafe(sql.to_owned());
        rig.runtime.block_on(async {
            Ok(match self {
                Self::Sqlite(sqlite) => sqlx::query(query).execute(sqlite).await?.rows_affected(),
                Self::Postgres(pg) => sqlx::query(query).execute(pg).await?.rows_affected(),
            })
        })
    }

    /// Writes a ruling of one request.
    fn rule(&mut self, rig: &Rig, id: &str, columns: &str) {
        let sql = format!("UPDATE approval SET {columns} WHERE id = '{id}'");
        assert_eq!(self.write(rig, &sql).unwrap(), 1);
    }

    fn rows(&mut self, rig: &Rig, condition: &str) -> Vec<Row> {
        let query = AssertSqlSafe(format!(
            "SELECT id, entity, request_type, brand, bin, merchant_id FROM approval \
             WHERE {condition} ORDER BY merchant_id"
        ));
        rig.runtime.block_on(async {
            match self {
                Self::Sqlite(sqlite) => sqlx::query_as(query).fetch_all(sqlite).await.unwrap(),
                Self::Postgres(pg) => sqlx::query_as(query).fetch_all(pg).await.unwrap(),
            }
        })
    }

    fn waiting(&mut self, rig: &Rig) -> Vec<Row> {
        self.rows(rig, "ruling IS NULL AND closed_at IS NULL")
    }
}

const TABLE: (&str, &str) = ("source = \"rules\"", "source = \"table\"");

#[test]
fn an_institution_rules_with_sql_in_the_file() {
    let rig = Rig::configured(&[TABLE]);
    let institution = Institution::over_the_file(&rig);
    the_institution_rules(rig, institution);
}

#[test]
fn an_institution_rules_with_sql_in_the_database() {
    let Some(server) = Postgres::require() else {
        return;
    };
    let url = server.database();
    let line = format!("url = \"{url}\"");
    let store = ("#: url = \"postgres://set@localhost/set\"", line.as_str());
    let rig = Rig::configured(&[TABLE, store]);
    let institution = Institution::over_the_database(&rig, &url);
    the_institution_rules(rig, institution);
}

fn the_institution_rules(mut rig: Rig, mut institution: Institution) {
    let mut trust = rig.trust();
    let [good, bad, other] = ["SHOP-1", "SHOP-2", "SHOP-3"]
        .map(|merchant| rig.pended(shop(merchant), &rig.keys(), &mut trust));
    let id = good.lid_ca().to_string();
    let waiting = institution.waiting(&rig);
    assert_eq!(waiting.len(), 3);
    let told = (
        id.clone(),
        "merchant".to_owned(),
        RequestType::MerInitialBoth.name().to_owned(),
        "Orchard".to_owned(),
        "422222".to_owned(),
        Some("SHOP-1".to_owned()),
    );
    assert_eq!(waiting[0], told);
    let Verdict::Pended(good) = rig.inquire(good, &mut trust) else {
        panic!("decided without a ruling");
    };
    assert_eq!(institution.waiting(&rig), waiting, "nothing is asked twice");

    for broken in [
        "ruling = 'maybe'",
        "ruling = 'approved', name = 'longer than twenty-five characters'",
        "ruling = 'approved', name = ''",
        "ruling = 'approved', country = 1000",
        "ruling = 'approved', auth_flag = 2",
        "ruling = 'approved', card_cert_required = 'yes'",
    ] {
        let sql = format!("UPDATE approval SET {broken} WHERE id = '{id}'");
        assert!(institution.write(&rig, &sql).is_err(), "{broken}");
    }
    institution.rule(
        &rig,
        &id,
        "ruling = 'approved', institution = 'First Acquirer', name = 'Tea House', \
         city = 'Kyoto', country_name = 'Japan', country = 392, auth_flag = 1",
    );
    let rejected = "ruling = 'rejected', reason = 'Come in person.'";
    institution.rule(&rig, &bad.lid_ca().to_string(), rejected);
    assert_eq!(institution.waiting(&rig).len(), 1);
    // What an operator says comes first, and the institution sees that it is settled.
    let operated = rig.run(&["approve", &other.lid_ca().to_string()]);
    assert!(operated.status.success(), "{operated:?}");
    rig.restart();

    let Verdict::Certified(certified) = rig.inquire(*good, &mut trust) else {
        panic!("not certified");
    };
    let certificate = &certified.signature.certificate;
    let name = certificate.subject_name().unwrap();
    assert_eq!(name.organizational_units()[0], "First Acquirer");
    let data = certificate.merchant_data().unwrap();
    let names = data.mer_name_seq.first();
    assert_eq!(
        [
            names.name.as_str(),
            names.city.as_str(),
            names.country_name.as_str()
        ],
        ["Tea House", "Kyoto", "Japan"]
    );
    assert_eq!((data.mer_country.value(), data.mer_auth_flag), (392, true));
    let Verdict::Refused(refused) = rig.inquire(bad, &mut trust) else {
        panic!("not refused");
    };
    assert_eq!(refused.code, CertStatusCode::RejectedByAquirer);
    assert_eq!(refused.message.unwrap().as_str(), "Come in person.");
    let other = rig.inquire(other, &mut trust);
    assert!(matches!(other, Verdict::Certified(_)), "{other:?}");
    assert!(institution.waiting(&rig).is_empty());
    assert_eq!(institution.rows(&rig, "closed_at >= asked_at").len(), 3);
}

#[test]
fn a_card_is_ruled_on_without_its_number_and_a_deleted_row_comes_back() {
    let rig = Rig::configured(&[TABLE]);
    let mut institution = Institution::over_the_file(&rig);
    let mut trust = rig.trust();
    let (filed, answer) = rig.card_filed(&mut trust);
    // The CA is a process with a clock of its own: ours must go on too.
    let now = || rig.station.context();
    let Verdict::Pended(pended) = filed.handle(&now(), &answer, &mut trust).unwrap() else {
        panic!("not pended");
    };
    let asked = institution.waiting(&rig);
    let [(id, entity, _, _, bin, None)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!((entity.as_str(), bin.as_str()), ("cardholder", &PAN[..6]));
    assert_eq!(institution.write(&rig, "DELETE FROM approval").unwrap(), 1);
    let (filed, request) = pended.inquire(&now(), &trust).unwrap();
    let answer = rig.exchange(&request);
    let Verdict::Pended(pended) = filed.handle(&now(), &answer, &mut trust).unwrap() else {
        panic!("not pended");
    };
    assert_eq!(institution.waiting(&rig), asked);
    let granted = "ruling = 'approved', institution = 'First Bank', card_name = 'First Gold'";
    institution.rule(&rig, id, granted);
    let (filed, request) = pended.inquire(&now(), &trust).unwrap();
    let answer = rig.exchange(&request);
    let Verdict::Certified(card) = filed.handle(&now(), &answer, &mut trust).unwrap() else {
        panic!("not certified");
    };
    let name = card.identity.certificate.subject_name().unwrap();
    assert_eq!(name.organizational_units(), ["First Bank", "First Gold"]);
    for file in files(rig.data.path()) {
        let octets = fs::read(&file).unwrap();
        let mut places = octets.windows(PAN.len());
        assert!(
            !places.any(|place| place == PAN.as_bytes()),
            "{}",
            file.display()
        );
    }
}
