//! Networks of trusted proxies.

use super::Value;
use ipnet::{IpNet, Ipv4Net};
use std::net::IpAddr;

/// The networks whose forwarded headers are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Whether `address` lies in one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address.to_canonical()))
    }
}

impl Value for TrustedProxies {
    const ALLOWED: &'static str =
        "IP addresses and networks separated by commas, like 10.42.0.0/16, fd00:42::/48, 192.0.2.7";

    fn parse(raw: &str) -> Result<Self, String> {
        let parts = raw.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| network(part).ok_or_else(|| format!("{part:?} is not one")))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn show(&self) -> String {
        let networks: Vec<String> = self.0.iter().map(written).collect();
        if networks.is_empty() { "none".to_owned() } else { networks.join(", ") }
    }
}

/// A network, or an address as the network that holds nothing else.
fn network(text: &str) -> Option<IpNet> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok()?;
    Some(canonical(network).trunc())
}

/// Connections over IPv4 to an IPv6 socket have mapped addresses (RFC 4291, section 2.5.5.2), which are compared as IPv4.
fn canonical(network: IpNet) -> IpNet {
    let mapped = match network {
        IpNet::V4(_) => None,
        IpNet::V6(network) => network.network().to_ipv4_mapped().zip(network.prefix_len().checked_sub(96)),
    };
    mapped.and_then(|(address, length)| Ipv4Net::new(address, length).ok()).map_or(network, IpNet::V4)
}

fn written(network: &IpNet) -> String {
    let is_one_address = network.prefix_len() == network.max_prefix_len();
    if is_one_address { network.addr().to_string() } else { network.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(networks: &str, address: &str) -> bool {
        TrustedProxies::parse(networks).expect("networks").contains(address.parse().expect("an address"))
    }

    #[test]
    fn proxies_are_named_by_network_or_address() {
        let networks = "10.42.0.0/16, fd00:42::/48,192.0.2.7,2001:db8::7";
        for inside in ["10.42.0.1", "10.42.255.254", "::ffff:10.42.7.7", "fd00:42:0:9::1", "192.0.2.7", "2001:db8::7"] {
            assert!(contains(networks, inside), "{inside}");
        }
        for outside in ["10.43.0.1", "fd00:43::1", "192.0.2.8", "2001:db8::8", "::ffff:10.43.0.1", "::1"] {
            assert!(!contains(networks, outside), "{outside}");
        }
    }

    #[test]
    fn mapped_ipv4_networks_mean_ipv4() {
        assert!(contains("::ffff:10.42.0.0/112", "10.42.7.7") && contains("::ffff:192.0.2.7", "192.0.2.7"));
        assert!(!contains("::ffff:10.42.0.0/112", "10.43.0.1"));
    }

    #[test]
    fn networks_are_shown_as_they_hold() {
        let shown = |raw| TrustedProxies::parse(raw).map(|networks| networks.show());
        assert_eq!(shown("10.42.7.7/16, ::1"), Ok("10.42.0.0/16, ::1".to_owned()));
        assert_eq!(shown(""), Ok("none".to_owned()));
        for bad in ["10.0.0.1, proxy", "10.42.0.0/33", "10.42.0.0/", "10.42.*", "fd00::/129", "10.0.0.1:80"] {
            assert!(shown(bad).is_err(), "{bad}");
        }
    }
}
