//! Tokens as no honest provider makes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use http::StatusCode;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use rsa::pkcs8::EncodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

pub(crate) const KEY: &str = "key-1";
pub(crate) const OTHER_KEY: &str = "key-2";
/// The key of tokens with ECDSA signatures.
const CURVE_KEY: &str = "key-p256";

static KEYS: LazyLock<[Key; 2]> = LazyLock::new(|| [Key::make(), Key::make()]);
static CURVE: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[7; 32]).expect("a key"));

/// A key pair of the provider.
pub(super) struct Key(RsaPrivateKey);

impl Key {
    fn make() -> Self {
        Self(RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("a key"))
    }

    pub(super) fn of(name: &str) -> &'static Self {
        if name == OTHER_KEY { &KEYS[1] } else { &KEYS[0] }
    }

    pub(super) fn public(&self, name: &str) -> Value {
        let number = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": number(self.0.n()), "e": number(self.0.e()) })
    }

    fn sign(&self, input: &str) -> Vec<u8> {
        self.0.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(input)).expect("a signature")
    }

    fn public_pem(&self) -> Vec<u8> {
        self.0.to_public_key().to_public_key_pem(rsa::pkcs8::LineEnding::LF).expect("a key").into_bytes()
    }
}

/// The public key of tokens with ECDSA signatures.
pub(super) fn public_curve_key() -> Value {
    let point = CURVE.verifying_key().to_sec1_bytes();
    let [x, y] = [&point[1..33], &point[33..]].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
    json!({ "kty": "EC", "use": "sig", "alg": "ES256", "kid": CURVE_KEY, "crv": "P-256", "x": x, "y": y })
}

/// An ECDSA signature, or the second one that anybody can compute from it.
fn on_curve(input: &str, is_second: bool) -> Vec<u8> {
    let signature: Signature = CURVE.sign(input.as_bytes());
    let (r, s) = signature.split_scalars();
    let s = if is_second { -s } else { s };
    Signature::from_scalars(r, s).expect("a signature").to_vec()
}

/// How a token is signed.
pub(crate) enum Sign {
    /// As it should be.
    Right,
    /// As it should be, with ECDSA.
    Ecdsa,
    /// With the other valid ECDSA signature of the same text.
    SecondEcdsa,
    /// By another key that goes by the name of the right one.
    SwappedKey,
    /// Not at all.
    Nothing,
    /// With the public key as a shared secret.
    PublicKeyAsSecret,
    /// With another secret, which both sides know.
    Secret(&'static str),
}

/// One way to be wrong, and what it is called.
pub(crate) type Way = (&'static str, fn(&mut Forge));

/// An answer of the provider about to be made.
pub(crate) struct Forge {
    pub(crate) header: Value,
    pub(crate) claims: Map<String, Value>,
    pub(crate) sign: Sign,
    pub(crate) body: Value,
    /// Instead of the token that the rest makes; perhaps none at all.
    pub(crate) id_token: Option<Option<String>>,
    pub(crate) is_slow: bool,
    /// Instead of the body.
    pub(crate) raw: Option<(StatusCode, String)>,
}

impl Forge {
    pub(super) fn new(key: &str) -> Self {
        Self {
            header: json!({ "alg": "RS256", "kid": key, "typ": "JWT" }),
            claims: Map::new(),
            sign: Sign::Right,
            body: Value::Null,
            id_token: None,
            is_slow: false,
            raw: None,
        }
    }

    /// Sets a claim, or removes it.
    pub(crate) fn claim(&mut self, name: &str, value: Value) {
        if value.is_null() {
            self.claims.remove(name);
        } else {
            self.claims.insert(name.to_owned(), value);
        }
    }

    /// Moves a time by seconds.
    pub(crate) fn shift(&mut self, name: &str, by: i64) {
        let moved = self.claims[name].as_i64().expect("a time") + by;
        self.claim(name, json!(moved));
    }

    pub(super) fn token(&self) -> String {
        let mut header = self.header.clone();
        match self.sign {
            Sign::Nothing => header["alg"] = json!("none"),
            Sign::PublicKeyAsSecret | Sign::Secret(_) => header["alg"] = json!("HS256"),
            Sign::Ecdsa | Sign::SecondEcdsa => {
                header["alg"] = json!("ES256");
                header["kid"] = json!(CURVE_KEY);
            }
            Sign::Right | Sign::SwappedKey => {}
        }
        let part = |value: &[u8]| URL_SAFE_NO_PAD.encode(value);
        let claims = serde_json::to_vec(&self.claims).expect("JSON");
        let input = format!("{}.{}", part(header.to_string().as_bytes()), part(&claims));
        let name = self.header["kid"].as_str().unwrap_or(KEY);
        let signature = match self.sign {
            Sign::Right => Key::of(name).sign(&input),
            Sign::Ecdsa => on_curve(&input, false),
            Sign::SecondEcdsa => on_curve(&input, true),
            Sign::SwappedKey => Key::of(if name == KEY { OTHER_KEY } else { KEY }).sign(&input),
            Sign::Nothing => Vec::new(),
            Sign::PublicKeyAsSecret => with_secret(&Key::of(name).public_pem(), &input),
            Sign::Secret(secret) => with_secret(secret.as_bytes(), &input),
        };
        format!("{input}.{}", part(&signature))
    }
}

fn with_secret(secret: &[u8], input: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key");
    mac.update(input.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
