package minimal

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// quoted writes a word of a file into a message. Whoever wrote it may have put anything there.
func quoted(s string) string {
	const most = 80
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.QuoteToASCII(s)
}

var errAddress = errors.New("is neither an address nor a range of them")

// readEnd reads one end. Whether there is such an object is not asked here.
func readEnd(s string) (End, error) {
	if s == Internet || s == APIServer {
		return End{Word: s}, nil
	}
	if text, ok := strings.CutPrefix(s, "cidr:"); ok {
		p, err := readBlock(text)
		if err != nil {
			return End{}, fmt.Errorf("%s %w", quoted(s), err)
		}
		return End{Block: p}, nil
	}
	var e End
	switch parts := strings.Split(s, "/"); len(parts) {
	case 2:
		if parts[0] == namespaceKind {
			if len(validation.IsDNS1123Label(parts[1])) > 0 {
				return End{}, fmt.Errorf("%s: no namespace can be called that", quoted(s))
			}
			return End{Kind: namespaceKind, Name: parts[1]}, nil
		}
		e = End{Namespace: parts[0], Name: parts[1]}
	case 3:
		e = End{Namespace: parts[0], Kind: parts[1], Name: parts[2]}
		if !kindLike(e.Kind) {
			return End{}, fmt.Errorf("%s: no kind can be called %s", quoted(s), quoted(e.Kind))
		}
	default:
		return End{}, fmt.Errorf("%s is none of namespace/Kind/name, namespace/name, Namespace/name, cidr:RANGE, %s and %s", quoted(s), Internet, APIServer)
	}
	if len(validation.IsDNS1123Label(e.Namespace)) > 0 {
		return End{}, fmt.Errorf("%s: no namespace can be called %s%s", quoted(s), quoted(e.Namespace), hint(s))
	}
	if len(validation.IsDNS1123Subdomain(e.Name)) > 0 {
		return End{}, fmt.Errorf("%s: no object can be called %s", quoted(s), quoted(e.Name))
	}
	return e, nil
}

// hint helps who wrote addresses as they are.
func hint(s string) string {
	if _, err := readBlock(s); err == nil {
		return "; addresses are written cidr:" + s
	}
	return ""
}

func kindLike(s string) bool {
	for i, r := range s {
		if (r < 'A' || r > 'Z' && r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// readBlock reads a range of addresses, or one address.
func readBlock(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" && !a.Is4In6() {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, errAddress
	}
	if p.Masked() != p {
		return netip.Prefix{}, fmt.Errorf("does not start where its range does: %s does", p.Masked())
	}
	return p, nil
}
