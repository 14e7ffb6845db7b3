package segmentation

import (
	"hash/fnv"
	"slices"
	"strconv"

	"canopy/analysis/exposure"
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/record"
)

const ingress = policy.Ingress

// consoleAt gives an entry of the table.
func consoleAt(i int) *console { return &consoles[i] }

// hearWays has owners of a namespace judged anew where the ways into it are others than before. Where only the pods behind
// them are, those were touched for themselves.
func (r *round) hearWays(name string) {
	p := r.places[name]
	if p == nil {
		return
	}
	if now := r.print(name); now != p.ways || p.rewired {
		p.ways, p.rewired = now, false
		r.touchOwners(name)
	}
}

// print sums up the ways into a namespace, without the pods behind them.
func (r *round) print(name string) uint64 {
	h := fnv.New64a()
	write := func(parts ...string) {
		for _, s := range parts {
			h.Write([]byte(s))
			h.Write([]byte{0})
		}
	}
	for _, w := range r.ways.Ways(r.c, name) {
		if w.How == exposure.HostPort || w.How == exposure.HostNetwork {
			continue
		}
		write(w.Via.String(), w.Route.String(), w.How, w.Address, w.Host, w.Service.String(), w.Broken, strconv.Itoa(int(w.Port)), w.Protocol.String(),
			strconv.FormatBool(w.Internal), strconv.FormatBool(w.SourceKept), strconv.FormatBool(w.Assumed))
		for _, s := range w.Sources {
			write(s.String())
		}
		// From its node's network a controller may connect to what is on that node, whatever policies say.
		var last look
		for i, p := range w.Controller {
			if at := (look{p.Template, p.Labels}); i == 0 || at != last {
				write(p.Namespace, labelText(p.Labels), strconv.FormatUint(p.Template.Hash(), 16))
				last = at
			}
			write(p.Node())
		}
		write("")
	}
	return h.Sum64()
}

// lead notes that what policies of another namespace let out decides for an owner.
func (r *round) lead(p *record.Pod, from string) {
	ref := r.c.TopOwner(p)
	o := r.place(ref.Namespace).owners[ref]
	if o == nil || slices.Contains(o.led, from) {
		return
	}
	o.led = append(o.led, from)
	if r.led[from] == nil {
		r.led[from] = map[model.Ref]struct{}{}
	}
	r.led[from][ref] = struct{}{}
}

// unlead takes that back.
func (r *round) unlead(ref model.Ref, o *owner) {
	for _, from := range o.led {
		delete(r.led[from], ref)
		if len(r.led[from]) == 0 {
			delete(r.led, from)
		}
	}
	o.led = nil
}
