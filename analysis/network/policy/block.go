package policy

import (
	"cmp"
	"net/netip"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model/inorder"
)

// prefix reads a range of addresses. Kubernetes once took what netip refuses, such as leading zeros, which network
// plug-ins read differently; such a range has no effect.
func (r *reader) prefix(path, text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		r.invalid(path, text, "not a range of addresses such as 10.0.0.0/8 or fd00::/8")
		return netip.Prefix{}, false
	}
	if p.Addr().Is4In6() {
		r.invalid(path, text, "an IPv4 range written as IPv6, which network plug-ins read differently")
		return netip.Prefix{}, false
	}
	if m := p.Masked(); m != p {
		r.odd(path, text, "has bits behind its length; it is read as "+m.String())
		return m, true
	}
	return p, true
}

// block reads an ipBlock. Where an exception cannot be read, neither can the block: without the exception it would be
// wider than what was meant.
func (r *reader) block(path string, b *networkingv1.IPBlock) (*Block, bool) {
	cidr, valid := r.prefix(path+".cidr", b.CIDR)
	except := make([]netip.Prefix, 0, len(b.Except))
	for i, text := range b.Except {
		at := item(path+".except", i)
		e, ok := r.prefix(at, text)
		switch {
		case !ok:
			valid = false
		case !cidr.IsValid():
		case e.Addr().Is4() != cidr.Addr().Is4():
			r.invalid(at, text, "of another address family than cidr: nothing is taken out")
		case !cidr.Overlaps(e):
			r.invalid(at, text, "outside of cidr: nothing is taken out")
		default:
			if e.Bits() <= cidr.Bits() {
				r.invalid(at, text, "covers all of cidr: nothing is left")
			}
			except = append(except, e)
		}
	}
	if !valid {
		return nil, false
	}
	inorder.Sort(except, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	return &Block{CIDR: cidr, Except: slices.Compact(except)}, true
}
