package facts

import (
	"bytes"
	"strconv"
	"strings"

	"canopy/k8s/live/sieve"
	"canopy/model/record"
)

// unnamed stands in the place of a registry whose name is none: whoever writes a Secret may have put anything there.
const unnamed = "unnamed registry"

// registries names those that a docker configuration has credentials for.
func registries(value []byte, printer Printer, path ...string) []string {
	// What of it is no JSON has no names.
	names, _ := sieve.Keys(bytes.NewReader(value), path...)
	for i, name := range names {
		if names[i] = registry(name); told(printer, names[i]) != names[i] {
			names[i] = unnamed
		}
	}
	return names
}

// told gives how a key may be told, as far as the printer knows credentials.
func told(printer Printer, key string) string {
	if k, ok := printer.(record.KeyInspector); ok {
		key, _ = k.Key("", key)
	}
	return key
}

// registry gives host and port of a registry as a docker configuration names it: https://index.docker.io/v1/, registry.example:5000.
// The user information of a URL, and what follows the host, may hold a credential.
func registry(name string) string {
	if _, rest, ok := strings.Cut(name, "://"); ok {
		name = rest
	}
	if i := strings.IndexAny(name, "/?#"); i >= 0 {
		name = name[:i]
	}
	name = name[strings.LastIndexByte(name, '@')+1:]
	host, port, ported := strings.Cut(name, ":")
	if ported {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return unnamed
		}
	}
	if !hostname(host) || !ported && !strings.Contains(host, ".") && host != "localhost" {
		return unnamed
	}
	return name
}

// hostname tells a name of DNS (RFC 1123), or an address of four numbers.
func hostname(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	return true
}
