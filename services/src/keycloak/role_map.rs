//! The variable `OIDC_ROLE_MAP`, written.

/// Pairs of a name of the provider and `admin` or `developer`, as the variable is written, in their order; JSON, which has
/// none, where a name would not survive between commas.
pub fn written_role_map(pairs: &[(String, String)]) -> String {
    if pairs.iter().all(|(theirs, _)| !theirs.contains(',') && !theirs.starts_with('{')) {
        let pairs: Vec<String> = pairs.iter().map(|(theirs, ours)| format!("{theirs}={ours}")).collect();
        return pairs.join(",");
    }
    let pairs = pairs.iter().map(|(theirs, ours)| (theirs.clone(), ours.as_str().into()));
    serde_json::Value::Object(pairs.collect()).to_string()
}
