package network

import (
	"net/netip"
	"slices"
	"strings"

	"canopy/analysis/network/policy"
	"canopy/model/record"
)

// site is what blocks see of a pod: the families that it has an address of, and the blocks that hold one. That a pod has no
// address yet is a site too: any block may come to hold it.
type site struct {
	id  uint32
	key string
	// families are those of IPv4 and IPv6.
	families [2]bool
	// standIn is the site of pods that do not exist. Ranges of addresses are for what is outside the cluster, as Kubernetes
	// says of ipBlock, so that of all of them only one that is everywhere may come to hold such a pod.
	standIn bool
	blocks  []uint32
	classes []*class
	// text says where it is.
	text string
}

func (s *site) unknown() bool { return !s.families[0] && !s.families[1] }

func (s *site) in(x *peer) bool {
	_, ok := slices.BinarySearch(s.blocks, x.id)
	return ok
}

// bucket gathers pods whose addresses are near each other, so that a block is compared with buckets first.
type bucket struct {
	pods   []uint32
	blocks []*peer
}

// addresses gives the first address of each family that a pod has.
func addresses(p *record.Pod) (found [2]netip.Addr) {
	for _, text := range p.IPs {
		at, err := netip.ParseAddr(text)
		if err != nil {
			continue
		}
		at = at.Unmap().WithZone("")
		f := 0
		if at.Is6() {
			f = 1
		}
		if !found[f].IsValid() {
			found[f] = at
		}
	}
	return found
}

// near gives the prefix of the bucket of an address.
func near(at netip.Addr) netip.Prefix {
	bits := 24
	if at.Is6() {
		bits = 64
	}
	p, _ := at.Prefix(bits)
	return p
}

func (a *Analyser) bucketOf(at netip.Addr) *bucket {
	key := near(at)
	b := a.buckets[key]
	if b == nil {
		b = &bucket{}
		a.buckets[key] = b
		for _, x := range a.blocks {
			if x.block.CIDR.Overlaps(key) {
				b.blocks = append(b.blocks, x)
			}
		}
	}
	return b
}

// settle notes where the addresses of a pod are, unsettle forgets it.
func (a *Analyser) settle(m uint32, p *record.Pod) {
	for _, at := range addresses(p) {
		if at.IsValid() {
			b := a.bucketOf(at)
			b.pods = append(b.pods, m)
		}
	}
}

func (a *Analyser) unsettle(m uint32, p *record.Pod) {
	for _, at := range addresses(p) {
		if at.IsValid() {
			b := a.buckets[near(at)]
			if b.pods = without(b.pods, m); len(b.pods) == 0 {
				delete(a.buckets, near(at))
			}
		}
	}
}

// standInSite stands in the key of a site where others have their families.
const standInSite = 1 << 2

// siteOf gives the site of a pod.
func (a *Analyser) siteOf(p *record.Pod) *site {
	found := addresses(p)
	var blocks []uint32
	families := byte(0)
	for f, at := range found {
		if !at.IsValid() {
			continue
		}
		families |= 1 << f
		for _, x := range a.bucketOf(at).blocks {
			if contains(&x.block, at) {
				blocks = append(blocks, x.id)
			}
		}
	}
	slices.Sort(blocks)
	if p.StandIn {
		families = standInSite
	}
	a.buf = append(a.buf[:0], families)
	for _, id := range blocks {
		a.buf = appendID(a.buf, id)
	}
	s := a.sites[string(a.buf)]
	if s == nil {
		s = &site{id: a.next(), key: string(a.buf), families: [2]bool{families&1 > 0, families&2 > 0}, standIn: families == standInSite, blocks: blocks}
		a.sites[s.key] = s
		for _, id := range blocks {
			a.blocks[id].sites[s] = struct{}{}
		}
		s.text = a.siteText(s)
	}
	return s
}

// siteText says where a site is: IPv4 in 10.0.0.0/8.
func (a *Analyser) siteText(s *site) string {
	if s.unknown() {
		return "no address"
	}
	var families, blocks []string
	for f, name := range []string{"IPv4", "IPv6"} {
		if s.families[f] {
			families = append(families, name)
		}
	}
	for _, id := range s.blocks {
		blocks = append(blocks, peerText(&policy.Peer{Block: &a.blocks[id].block}))
	}
	text := strings.Join(families, " and ")
	if len(blocks) == 0 {
		return text
	}
	slices.Sort(blocks)
	return text + " in " + strings.Join(slices.Compact(blocks), " and ")
}

// idleSite forgets a site that no class has.
func (a *Analyser) idleSite(s *site) {
	if len(s.classes) > 0 || a.sites[s.key] != s {
		return
	}
	delete(a.sites, s.key)
	for _, id := range s.blocks {
		if x := a.blocks[id]; x != nil {
			delete(x.sites, s)
		}
	}
}

// blockAdded tells pods apart by a block that has come.
func (a *Analyser) blockAdded(x *peer) {
	for key, b := range a.buckets {
		if !x.block.CIDR.Overlaps(key) {
			continue
		}
		b.blocks = append(b.blocks, x)
		a.resettle(b, x)
	}
}

func (a *Analyser) blockDropped(x *peer) {
	for key, b := range a.buckets {
		if !x.block.CIDR.Overlaps(key) {
			continue
		}
		b.blocks = without(b.blocks, x)
		a.resettle(b, x)
	}
}

// resettle places the pods of a bucket that a block holds.
func (a *Analyser) resettle(b *bucket, x *peer) {
	for _, m := range b.pods {
		p := a.members[m].record
		for _, at := range addresses(p) {
			if at.IsValid() && contains(&x.block, at) {
				a.place(m)
				break
			}
		}
	}
}
