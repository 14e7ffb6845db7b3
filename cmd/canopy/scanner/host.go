package scanner

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"canopy/analysis/image/reference"
	"canopy/model"
)

// errHost tells that an address is not asked. Whoever may create a pod writes any address into it, and the scanner would ask that from the
// machine of whoever scans.
var errHost = errors.New("no runtime has pulled it from there, and the address is a local or private one: --registry-allow has to name it")

// checkHost refuses addresses of machines and networks near by, but where a runtime has pulled from there, or the address is named as
// allowed.
func (s *Scanner) checkHost(t model.ScanTarget) error {
	r, err := reference.Parse(t.Reference)
	if err != nil {
		// What cannot be read is no reference, and nobody knows whom a scanner would ask.
		return fmt.Errorf("%q: %w", t.Reference, errReference)
	}
	if t.Pulled || !near(r.Registry) || !s.options.Allow.IsZero() && s.options.Allow.Allows(r) {
		return nil
	}
	return fmt.Errorf("%q: %w", t.Reference, errHost)
}

// near tells a registry by its address to be on this machine or in a network of its own. A name is none, whatever it leads to, but for
// those that are this machine; numbers that are no address in the common form are read as one by some resolvers.
func near(registry string) bool {
	host := registry
	if h, _, err := net.SplitHostPort(registry); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	host, _, _ = strings.Cut(host, "%")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		last := host[strings.LastIndexByte(host, '.')+1:]
		return strings.HasPrefix(last, "0x") || last != "" && strings.Trim(last, "0123456789") == ""
	}
	address = address.Unmap()
	// Between providers and their customers; some clouds serve metadata there.
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10)
	return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast() || address.IsLinkLocalMulticast() || address.IsMulticast() ||
		address.IsUnspecified() || shared.Contains(address)
}
