package ui

import (
	"strings"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
)

// starter is a screen of which the selection can be a node of the graph of attacks that is no object.
type starter interface {
	// Start is the id of the node; "" for none.
	Start() string
}

// spotter is a screen that knows the place of what is selected.
type spotter interface{ Spot() view.Place }

// blast is the blast radius of what is selected, or why there is none.
func (r *root) blast(s view.Subject) (p view.Place, why string) {
	p.Screen = view.Blast
	who := r.top().Place().Subject
	if t, ok := r.top().(spotter); ok {
		who = t.Spot().Subject
	}
	t, ok := r.top().(starter)
	switch {
	case ok && t.Start() == attack.ClusterAdmin.ID:
		return p, "cluster-admin is all there is to reach"
	case ok && t.Start() != "":
		p.Source = t.Start()
	case s.Object.IsZero() && !who.IsZero():
		p.Source = who.String()
	case s.Object.IsZero():
		return p, "nothing is selected that an attack could begin at"
	case leadsIn(s.Object):
		// Who or what stands behind it is asked once the key is pressed.
		return view.Place{Object: s.Object}, ""
	case !begins(s.Object):
		return p, "no attack begins at a " + s.Object.Kind + ": choose a workload, pod, account, user, group, node, Secret or namespace, or a binding, role, Service or Ingress for what stands behind it"
	default:
		p.Object = s.Object
	}
	if top := r.top().Place(); top == p {
		return p, "this is it"
	}
	return p, ""
}

// begins tells that an object can be a node of the graph of attacks. A pod leads to its workload.
func begins(o model.Ref) bool {
	if o.Group == "" && (o.Kind == "ServiceAccount" || o.Kind == "Node" || o.Kind == "Secret" || o.Kind == "Namespace") {
		return true
	}
	return record.TemplatePath(o.Kind) != "" && model.KindOf(o.GroupKind()) != nil
}

// pathWords reads what somebody types about paths: paths FROM TO, path FROM TO, cuts TO, blast WHAT.
func pathWords(word, rest string) (p view.Place, ok bool) {
	words := strings.Fields(rest)
	p.Screen = word
	switch n := len(words); {
	case word == "blast" && n == 1:
		return view.Place{Screen: view.Blast, Source: words[0]}, true
	case word == view.Cuts && n == 1:
		p.Goal = words[0]
		return p, true
	case word == view.Paths && n == 1 || (word == view.Paths || word == view.Path) && n == 2:
		p.Source = words[0]
		if n == 2 {
			p.Goal = words[1]
		}
		return p, true
	}
	return p, false
}
