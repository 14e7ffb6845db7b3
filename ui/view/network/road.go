package network

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/ui/text"
)

func (d *desk) EntriesIn(to network.End, ports *port.Set) []network.Entry {
	return d.roads.Entries(d.cluster, d.net, network.Question{Level: network.Workloads, To: to, Ports: ports, Outside: true})
}

func (d *desk) WaysInto(namespace string) []way {
	roads := d.roads.Ways(d.cluster, namespace)
	if len(roads) == 0 {
		return nil
	}
	// What policies say of them, by what opens the way and the workload behind it.
	type end struct{ via, target model.Ref }
	said := map[end][]network.Entry{}
	for _, e := range d.roads.Entries(d.cluster, d.net, network.Question{Level: network.Workloads, To: endOf(namespace), Outside: true, Denied: true}) {
		at := end{e.Via, e.Dst.Ref}
		said[at] = append(said[at], e)
	}
	var list []way
	for _, w := range roads {
		targets := d.targets(w)
		for _, t := range targets {
			list = append(list, d.way(w, t, said[end{w.Via, t.workload}]))
		}
		if len(targets) == 0 {
			list = append(list, d.way(w, target{}, nil))
		}
	}
	return together(list)
}

// together makes one row of the ports of nodes that pods of one workload take.
func together(list []way) []way {
	at := map[string]int{}
	out := list[:0]
	for _, w := range list {
		if w.via.Kind != "Pod" {
			out = append(out, w)
			continue
		}
		same := strings.Join([]string{w.target.Group, w.target.String(), w.how, w.address, w.host, w.outer, w.inner, w.from, w.why, w.words, w.verdict.String()}, "\n")
		i, ok := at[same]
		if !ok {
			i = len(out)
			at[same] = i
			out = append(out, w)
		}
		if out[i].pods++; out[i].pods > 1 {
			out[i].name = strconv.Itoa(out[i].pods) + " pods"
		}
	}
	return out
}

// target is a workload behind a way, with a port of its pods.
type target struct {
	workload model.Ref
	port     uint16
}

// targets lists the workloads behind a way, each port once.
func (d *desk) targets(w *exposure.Way) []target {
	var list []target
	seen := map[target]bool{}
	for _, t := range w.Targets {
		one := target{d.cluster.TopOwner(t.Pod), t.Port}
		if !seen[one] {
			seen[one] = true
			list = append(list, one)
		}
	}
	return list
}

// way makes the row of a way to one workload.
func (d *desk) way(w *exposure.Way, to target, said []network.Entry) way {
	row := way{
		via: w.Via, target: to.workload, namespace: text.Clean(w.Namespace()), how: w.How, name: text.Clean(qualified(w.Via)),
		address: text.Clean(w.Address), host: text.Clean(w.Host), inner: inner(w, to.port), ports: port.Of(w.Protocol, to.port, to.port),
	}
	if w.Address != "" && w.Host != "" {
		row.host = " " + row.host
	}
	if w.Port > 0 {
		row.outer = outerPort(w)
	}
	if row.address+row.host+row.outer == "" {
		row.address = "an address that is not known"
	}
	var from []string
	for _, p := range w.Sources {
		from = append(from, p.String())
	}
	row.from = strings.Join(from, ", ")
	switch {
	case w.Broken != "":
		row.shut, row.why, row.verdict = true, text.Clean("leads nowhere: "+w.Broken), network.Allow
		return row
	case to.workload.IsZero():
		row.shut, row.why, row.verdict = true, "leads to no pod", network.Allow
		return row
	}
	row.judge(w, to.port, said)
	var notes []string
	if w.Assumed {
		row.assumed = "the pods that take the connection were not found"
	}
	if w.Internal {
		notes = append(notes, "the address is one inside")
	}
	if w.TLS {
		notes = append(notes, "encrypted outside")
	}
	if !w.SourceKept && len(w.Controller) == 0 && !w.Assumed {
		notes = append(notes, "the pods see the address of a node, not that of the client")
	}
	row.words = strings.Join(notes, "; ")
	return row
}

// judge says whether policies let it through: the best of what is said of the port.
func (row *way) judge(w *exposure.Way, inside uint16, said []network.Entry) {
	row.verdict, row.why = network.Deny, "no policy lets it through"
	found := false
	for i := range said {
		e := &said[i]
		if !e.Connections.Has(w.Protocol, inside) || found && verdictRank(e.Verdict) >= verdictRank(row.verdict) {
			continue
		}
		found = true
		row.verdict, row.because = e.Verdict, slices.Clone(e.Because)
		row.why = text.Clean(cmp.Or(e.Assumption, reasons(e.Because)))
	}
	row.shut = row.verdict == network.Deny
}

func inner(w *exposure.Way, number uint16) string {
	if number == 0 {
		return ""
	}
	return strconv.Itoa(int(number)) + "/" + w.Protocol.String()
}

// outerPort writes the port outside; that it is one of TCP goes without saying.
func outerPort(w *exposure.Way) string {
	if w.Protocol == port.TCP {
		return ":" + strconv.Itoa(int(w.Port))
	}
	return ":" + strconv.Itoa(int(w.Port)) + "/" + w.Protocol.String()
}
