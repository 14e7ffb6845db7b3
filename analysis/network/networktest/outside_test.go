package networktest

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/go-cmp/cmp"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model"
)

// outside compares what pods reach outside, and what reaches them from there, at the bounds of all ranges.
func (c *comparison) outside(d *dice) {
	addresses := c.bounds()
	ports := probes()
	for _, p := range c.alive() {
		for _, a := range addresses {
			for range 6 {
				probe := pick(d, ports...)
				want := c.reference.Out(p, a, probe)
				if got := c.bench.Out(p, a, probe); got != want {
					c.Errorf("%s: %s to %s on %v: %q, want %s", c.seed, key(p), a, probe, got, want)
				}
				want = c.reference.In(a, p, probe)
				if got := c.bench.In(a, p, probe); got != want {
					c.Errorf("%s: %s to %s on %v: %q, want %s", c.seed, a, key(p), probe, got, want)
				}
				if c.Failed() {
					return
				}
			}
		}
	}
}

// listedOutside compares the entries with an end outside, which hold each address once.
func (c *comparison) listedOutside(d *dice) {
	out, in := map[model.Ref][]network.Entry{}, map[model.Ref][]network.Entry{}
	for e := range c.bench.a.Entries(c.bench.c, network.Question{Level: network.Pods, Denied: true, Outside: true}) {
		switch {
		case e.Src.Block.IsValid():
			in[e.Dst.Ref] = append(in[e.Dst.Ref], e)
		case e.Dst.Block.IsValid():
			out[e.Src.Ref] = append(out[e.Src.Ref], e)
		}
	}
	holds := func(list []network.Entry, block func(network.Entry) netip.Prefix, a netip.Addr) []network.Entry {
		return slices.DeleteFunc(slices.Clone(list), func(e network.Entry) bool { return !block(e).Contains(a) })
	}
	for _, p := range c.alive() {
		for range 6 {
			a, probe := pick(d, c.bounds()...), pick(d, probes()...)
			got := listing(c.TB, holds(out[refOf(p)], func(e network.Entry) netip.Prefix { return e.Dst.Block }, a), probe)
			if want := c.reference.Out(p, a, probe); got != want {
				c.Errorf("%s: %s to %s on %v is listed as %q, want %s", c.seed, key(p), a, probe, got, want)
			}
			block := network.End{Block: netip.PrefixFrom(a, a.BitLen())}
			if x, err := c.bench.a.Explain(c.bench.c, network.End{Ref: refOf(p)}, block); err != nil {
				c.Errorf("%s: %s to %s: %v", c.seed, key(p), a, err)
			} else if got := partsAnswer(c.TB, key(p)+" to "+a.String(), x.Parts, probe); got != c.reference.Out(p, a, probe) {
				c.Errorf("%s: %s to %s on %v is explained as %q", c.seed, key(p), a, probe, got)
			}
			got = listing(c.TB, holds(in[refOf(p)], func(e network.Entry) netip.Prefix { return e.Src.Block }, a), probe)
			if want := c.reference.In(a, p, probe); got != want {
				c.Errorf("%s: %s to %s on %v is listed as %q, want %s", c.seed, a, key(p), probe, got, want)
			}
		}
	}
}

// filters holds that a narrower question has those answers of the widest that it asks for, in the same order.
func (c *comparison) filters(d *dice) {
	pods := c.alive()
	if len(pods) == 0 {
		return
	}
	one, other, ns := refOf(pick(d, pods...)), refOf(pick(d, pods...)), pick(d, namespaceNames()...)
	namespace := model.KindByName("Namespace").Ref("", ns)
	probe := pick(d, probes()...)
	set := port.Of(protocolOf(c.TB, probe.Protocol), uint16(probe.Number), uint16(probe.Number))
	within := func(e network.End, of model.Ref) bool {
		return e.Ref == of || of.Kind == "Namespace" && e.Ref.Namespace == of.Name
	}
	for _, f := range []struct {
		network.Question
		keep func(e network.Entry) bool
	}{
		{network.Question{From: network.End{Ref: one}}, func(e network.Entry) bool { return within(e.Src, one) }},
		{network.Question{To: network.End{Ref: one}}, func(e network.Entry) bool { return within(e.Dst, one) }},
		{network.Question{From: network.End{Ref: one}, To: network.End{Ref: other}}, func(e network.Entry) bool { return within(e.Src, one) && within(e.Dst, other) }},
		{network.Question{To: network.End{Ref: namespace}}, func(e network.Entry) bool { return within(e.Dst, namespace) }},
		{network.Question{From: network.End{Ref: namespace}, To: network.End{Ref: other}}, func(e network.Entry) bool { return within(e.Src, namespace) && within(e.Dst, other) }},
		{network.Question{Namespaces: []string{ns}}, func(e network.Entry) bool { return within(e.Src, namespace) || within(e.Dst, namespace) }},
		{network.Question{Ports: &set}, func(e network.Entry) bool { return !e.Connections.Intersect(set).Empty() }},
		{network.Question{}, func(network.Entry) bool { return true }},
	} {
		outside := d.chance(50) && f.From.IsZero() && f.To.IsZero()
		denied := d.chance(50)
		var got, want []string
		f.Level, f.Denied, f.Outside = network.Pods, denied, outside
		for e := range c.bench.a.Entries(c.bench.c, f.Question) {
			got = append(got, line(e))
		}
		for e := range c.bench.a.Entries(c.bench.c, network.Question{Level: network.Pods, Denied: true, Outside: outside}) {
			if !f.keep(e) || e.Verdict == network.Deny && !denied {
				continue
			}
			if f.Ports != nil {
				e.Connections = e.Connections.Intersect(set)
			}
			want = append(want, line(e))
		}
		if !slices.Equal(got, want) {
			c.Errorf("%s: %+v has %d entries, want %d:\n%s", c.seed, f.Question, len(got), len(want), cmp.Diff(want, got))
		}
	}
}

func line(e network.Entry) string {
	return fmt.Sprint(e.Src.Ref, e.Src.Block, " ", e.Dst.Ref, e.Dst.Block, " ", e.Verdict, " ", e.Connections, " ", e.Assumption)
}

// bounds lists the first and last addresses of all ranges that policies name, those beside them, and those of nodes.
func (c *comparison) bounds() []netip.Addr {
	cidrs := []string{"0.0.0.0/0", "::/0", "192.0.2.1/32"}
	for _, p := range c.Policies {
		for _, r := range p.Spec.Ingress {
			for _, x := range r.From {
				if x.IPBlock != nil {
					cidrs = append(append(cidrs, x.IPBlock.CIDR), x.IPBlock.Except...)
				}
			}
		}
		for _, r := range p.Spec.Egress {
			for _, x := range r.To {
				if x.IPBlock != nil {
					cidrs = append(append(cidrs, x.IPBlock.CIDR), x.IPBlock.Except...)
				}
			}
		}
	}
	for _, tier := range c.reference.tiers {
		for _, p := range tier {
			for _, r := range p.Spec.Egress {
				for _, x := range r.To {
					for _, n := range x.Networks {
						cidrs = append(cidrs, string(n))
					}
				}
			}
		}
	}
	var list []netip.Addr
	for _, text := range cidrs {
		p := netip.MustParsePrefix(text)
		last := lastOf(p)
		list = append(list, p.Addr(), last)
		for _, a := range []netip.Addr{p.Addr().Prev(), last.Next()} {
			if a.IsValid() {
				list = append(list, a)
			}
		}
	}
	for _, n := range c.Nodes {
		for _, a := range n.Status.Addresses {
			if addr, err := netip.ParseAddr(a.Address); err == nil {
				list = append(list, addr)
			}
		}
	}
	slices.SortFunc(list, netip.Addr.Compare)
	return slices.Compact(list)
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := range b {
		if keep := p.Bits() - 8*i; keep <= 0 {
			b[i] = 0xff
		} else if keep < 8 {
			b[i] |= 0xff >> keep
		}
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
