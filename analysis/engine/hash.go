package engine

import "canopy/model"

// hash is a checksum (FNV-1a, 64 bits, then mixed) over all that a finding says, its evidence included.
func hash(f *model.Finding) uint64 {
	h := fnv(14695981039346656037)
	h.string(f.ID)
	h.number(uint64(f.Severity))
	h.number(uint64(f.Pods))
	h.number(uint64(f.Since))
	h.number(uint64(f.Verdict))
	h.string(f.Reason)
	for _, e := range f.Proof.Evidence() {
		h.string(e.Object.Group)
		h.string(e.Object.Kind)
		h.string(e.Object.Namespace)
		h.string(e.Object.Name)
		h.string(e.Path)
		h.string(e.Value)
	}
	return h.mixed()
}

type fnv uint64

func (h *fnv) string(s string) {
	x := uint64(*h)
	for i := range len(s) {
		x = (x ^ uint64(s[i])) * 1099511628211
	}
	*h = fnv((x ^ 0xff) * 1099511628211)
}

func (h *fnv) number(n uint64) {
	x := uint64(*h)
	for range 8 {
		x = (x ^ n&0xff) * 1099511628211
		n >>= 8
	}
	*h = fnv(x)
}

// mixed spreads the bits, so that sums of checksums do not cancel out.
func (h *fnv) mixed() uint64 {
	x := uint64(*h)
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
