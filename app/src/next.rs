//! Where to go after signing in: a path on this very site, never another address.

/// The parameter of the sign-in page that says that a sign-in was not completed.
const UNFINISHED: &str = "unfinished";

/// A relative path that cannot lead anywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPath(String);

impl NextPath {
    /// Takes `/path?query`. Refuses addresses of other sites in any of their spellings.
    pub fn parse(raw: &str) -> Option<Self> {
        let beyond_root = raw.strip_prefix('/')?;
        let elsewhere = beyond_root.starts_with(['/', '\\']);
        let plain = raw.len() <= 2048 && raw.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        (plain && !elsewhere).then(|| Self(raw.to_owned()))
    }

    /// Where an address leads on to by its parameter `next`, if it has one and it is a path of this site.
    pub fn in_query(query: &str) -> Option<Self> {
        let next = crate::url::params(query).into_iter().find(|(name, _)| name == "next");
        next.and_then(|(_, next)| Self::parse(&next))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The query of the path, without the question mark.
    pub fn query(&self) -> &str {
        self.0.split_once('?').map_or("", |(_, query)| query)
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.0.split_once('?').map_or(self.0.as_str(), |(path, _)| path)
    }

    /// The sign-in page that leads back here.
    pub fn through_sign_in(&self) -> String {
        if self.0 == "/" || self.0.starts_with("/sign-in") {
            return "/sign-in".to_owned();
        }
        format!("/sign-in?next={}", crate::url::encode(&self.0))
    }

    /// The redirect to the identity provider that leads back here.
    pub fn through_provider(&self) -> String {
        self.through_sign_in().replacen(crate::paths::SIGN_IN, crate::paths::SIGN_IN_THROUGH_PROVIDER, 1)
    }

    /// The sign-in page that says why a sign-in has to begin again, and leads back here.
    pub fn through_new_sign_in(&self) -> String {
        let sign_in = self.through_sign_in();
        let separator = if sign_in.contains('?') { '&' } else { '?' };
        format!("{sign_in}{separator}{UNFINISHED}=true")
    }

    /// Whether an address is that of [`Self::through_new_sign_in`].
    pub fn is_new_sign_in(query: &str) -> bool {
        crate::url::params(query).iter().any(|(name, _)| name == UNFINISHED)
    }

    /// The page where a one-time password is changed, which leads on here afterwards.
    pub fn through_password_change(&self) -> String {
        let page = crate::paths::CHANGE_PASSWORD;
        let path = self.0.split('?').next().unwrap_or_default();
        match path {
            "/" | crate::paths::SIGN_IN => page.to_owned(),
            // It knows already where it leads to.
            path if path == page => self.0.clone(),
            _ => format!("{page}?next={}", crate::url::encode(&self.0)),
        }
    }

    /// The page that asks to confirm who one is and leads back here.
    pub fn through_confirmation(&self) -> String {
        format!("{}?next={}", crate::paths::CONFIRM, crate::url::encode(&self.0))
    }
}

impl Default for NextPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_pass() {
        assert!(NextPath::parse("/settings/profile?tab=a&b=%2F").is_some());
        for bad in [
            "",
            "https://example.org",
            "//example.org",
            "/\\example.org",
            "\\/x",
            "javascript:alert(1)",
            "/a\nb",
            "/a b",
            "/a\\b",
        ] {
            assert!(NextPath::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_query_is_decoded_once() {
        let next = |query| NextPath::in_query(query).map(|next| next.as_str().to_owned());
        assert_eq!(next("rows=25&next=%2Fprojects%2Fa%2520b%3Fat%3D1"), Some("/projects/a%20b?at=1".to_owned()));
        for none in ["", "rows=25", "next=https%3A%2F%2Fexample.org"] {
            assert_eq!(next(none), None, "{none}");
        }
    }

    #[test]
    fn sign_in_leads_back_without_going_in_circles() {
        let path = NextPath::parse("/settings/access?q=a b&x".replace(' ', "+").as_str()).expect("good");
        assert_eq!(path.through_sign_in(), "/sign-in?next=%2Fsettings%2Faccess%3Fq%3Da%2Bb%26x");
        assert_eq!(NextPath::parse("/sign-in?next=%2Fx").expect("good").through_sign_in(), "/sign-in");
    }

    #[test]
    fn password_change_keeps_the_destination() {
        for (path, expected) in [
            ("/", "/change-password"),
            ("/settings/access?q=a+b", "/change-password?next=%2Fsettings%2Faccess%3Fq%3Da%2Bb"),
            ("/sign-in?next=%2Fx", "/change-password"),
            ("/change-password?next=%2Fx", "/change-password?next=%2Fx"),
        ] {
            assert_eq!(NextPath::parse(path).expect("a path").through_password_change(), expected, "{path}");
        }
    }

    #[test]
    fn new_sign_in_keeps_the_destination() {
        for (path, expected) in [("/", "/sign-in?unfinished=true"), ("/a?b", "/sign-in?next=%2Fa%3Fb&unfinished=true")]
        {
            let address = NextPath::parse(path).expect("a path").through_new_sign_in();
            assert_eq!(address, expected);
            assert!(NextPath::is_new_sign_in(&address["/sign-in?".len()..]));
        }
        assert!(!NextPath::is_new_sign_in("next=%2Funfinished"));
    }
}
