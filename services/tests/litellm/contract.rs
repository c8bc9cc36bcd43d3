//! What Bursar sends, and what the stub answers, is as LiteLLM describes it. `end2end/litellm/test_openapi.py` shows that the
//! document here is that of the package.

use crate::litellm::proxy::Exchange;
use crate::litellm::stage::Stage;
use domain::budget::{BudgetDraft, Category};
use domain::draft::Edit;
use serde_json::{Value, json};
use services::{budgets, litellm};
use std::collections::BTreeSet;

fn document() -> Value {
    serde_json::from_str(include_str!("openapi.json")).expect("a document")
}

/// Why a value is not of a schema.
fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let mut root = schema.clone();
    root["components"] = document()["components"].clone();
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&root).expect("a schema");
    validator.iter_errors(value).map(|problem| format!("{problem} at {}", problem.instance_path())).collect()
}

/// The fields of a schema by name. The document allows others everywhere, and LiteLLM drops them in silence.
fn unknown_fields(schema: &Value, value: &Value) -> Vec<String> {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()).expect("a named schema");
    let known = &document()["components"]["schemas"][name]["properties"];
    let fields = value.as_object().expect("an object").keys();
    fields.filter(|field| known.get(field.as_str()).is_none()).map(|field| format!("{name} has no {field}")).collect()
}

fn check(exchange: &Exchange) {
    let Exchange { method, path, request, answer, .. } = exchange;
    let operation = &document()["paths"][path][method];
    assert!(operation.is_object(), "{method} {path} is not described");
    let taken = &operation["requestBody"]["content"]["application/json"]["schema"];
    if taken.is_object() {
        assert_eq!(problems(taken, request), Vec::<String>::new(), "{path} {request}");
        assert_eq!(unknown_fields(taken, request), Vec::<String>::new(), "{path}");
    } else {
        assert_eq!(*request, Value::Null, "{path} takes no body");
    }
    let answered = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(problems(answered, answer), Vec::<String>::new(), "{path} {answer}");
    // The document does not describe the budgets in an answer of their own, but those in a customer's.
    if path.starts_with("/budget/") {
        let one = json!({ "$ref": "#/components/schemas/LiteLLM_BudgetTableFull" });
        let budgets = answer.as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
        for budget in budgets.iter().filter(|budget| !budget.is_null()) {
            assert_eq!(problems(&one, budget), Vec::<String>::new(), "{path} {budget}");
        }
    }
}

#[tokio::test]
async fn every_request_and_every_answer_is_as_the_document_says() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    let ada = stage.user("Ada").await;
    stage.assign(leads, ada).await;
    stage.push().await;
    let draft = BudgetDraft::parse("leads", "platform", "1", "60", "7d").expect("a draft");
    budgets::edit(stage.services(), &stage.can(), leads, Edit::of_version(1, draft)).await.expect("edited");
    stage.push().await;
    stage.compare().await;
    stage.proxy.spend("ada", 2.5);
    litellm::collect(stage.services()).await.expect("collected");
    stage.unassign(ada, Category::Platform).await;
    stage.push().await;
    stage.world.run("delete from budgets").await;
    stage.push().await;

    let exchanges = stage.proxy.exchanges();
    let seen: BTreeSet<_> = exchanges.iter().map(|exchange| exchange.path.clone()).collect();
    let document = document();
    let described: BTreeSet<_> = document["paths"].as_object().expect("paths").keys().cloned().collect();
    assert_eq!(seen, described, "all that is described is used, and nothing else");
    for exchange in exchanges.iter().filter(|exchange| exchange.status.is_success()) {
        check(exchange);
    }
}
