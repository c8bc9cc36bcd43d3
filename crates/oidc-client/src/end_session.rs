//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0).

use crate::OidcClient;

impl OidcClient {
    /// Where to send a browser to end its session at the provider, with the parameters to send; `None` when the
    /// provider offers no such thing or nothing is known of it.
    pub async fn end_session(
        &self,
        id_token: Option<String>,
        redirect_to: String,
    ) -> Option<(String, Vec<(String, String)>)> {
        let endpoint = self.current().await.ok()?.extras().end_session_endpoint.clone()?;
        let parameters = [
            ("client_id", Some(self.config.client_id.clone())),
            ("post_logout_redirect_uri", Some(redirect_to)),
            ("id_token_hint", id_token),
        ];
        let parameters = parameters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Some((endpoint.to_string(), parameters.collect()))
    }
}
