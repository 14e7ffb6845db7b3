package paths

import (
	"strings"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/theme"
	"canopy/ui/view"
)

// sign is the glyph of a type of node.
func sign(g *theme.Glyphs, t attack.NodeType) string {
	plain := g.Charset == text.ASCII
	of := func(glyph, ascii string) string {
		if plain {
			return ascii
		}
		return glyph
	}
	switch t {
	case attack.External:
		return g.Internet
	case attack.Workload:
		return g.Workload
	case attack.Identity:
		return g.Account
	case attack.Machine:
		return of("▣", "=")
	case attack.Secret:
		return of("◇", "*")
	case attack.Namespace:
		return of("□", "%")
	case attack.Cloud:
		return of("○", "~")
	}
	return of("◎", "@")
}

// signs explains the glyphs.
func signs(g *theme.Glyphs) string {
	var parts []string
	for _, t := range []attack.NodeType{attack.External, attack.Workload, attack.Identity, attack.Machine, attack.Secret, attack.Namespace, attack.Cloud, attack.Goal} {
		parts = append(parts, sign(g, t)+" "+typeWord(t))
	}
	return strings.Join(parts, ", ")
}

// typeWord names a type of node.
func typeWord(t attack.NodeType) string {
	switch t {
	case attack.External:
		return "outside of the cluster"
	case attack.Machine:
		return "node"
	case attack.Secret:
		return "Secret"
	case attack.Cloud:
		return "identity of the cloud"
	}
	return string(t)
}

// short names a node in a route: shop/web. It is not clean.
func short(n attack.Node) string {
	switch n.Type {
	case attack.Workload:
		return n.Ref.Namespace + "/" + n.Ref.Name
	case attack.Machine:
		return "node " + n.Ref.Name
	case attack.Secret:
		return "Secret " + n.Ref.Namespace + "/" + n.Ref.Name
	case attack.Namespace:
		return "namespace " + n.Ref.Name
	}
	return n.ID
}

// route names the nodes of a path in short. The account of a workload goes without saying.
func route(g *theme.Glyphs, p *attack.Path) string {
	if len(p.Hops) == 0 {
		return text.Clean(short(p.From))
	}
	arrow := " " + g.ArrowRight + " "
	names := []string{text.Clean(short(p.Hops[0].From))}
	for i := range p.Hops {
		h := &p.Hops[i]
		if h.Edge == "I-01" && i+1 < len(p.Hops) {
			continue
		}
		names = append(names, text.Clean(short(h.To)))
	}
	return strings.Join(names, arrow)
}

// goalWord names a goal in a sentence. It is not clean.
func goalWord(n attack.Node) string {
	switch {
	case n == attack.Node{}:
		return attack.ClusterAdmin.ID
	case n == attack.AnyNode:
		return "any node"
	case n == attack.ControlPlane:
		return "any node of the control plane"
	case n == attack.AnySecrets:
		return "all Secrets of some namespace"
	case n.Type == attack.Namespace:
		return "the Secrets of namespace " + n.Ref.Name
	}
	return n.ID
}

// sourceWord names a source in a sentence. It is not clean.
func sourceWord(n attack.Node) string {
	switch {
	case n == attack.Node{}:
		return "every source"
	case n == attack.Internet:
		return "the internet"
	case n.Type == attack.Namespace:
		return "any workload of namespace " + n.Ref.Name
	}
	return n.ID
}

// idWord names what a place is about before it was found. It is not clean.
func idWord(id, none string) string {
	if id == "" {
		return none
	}
	return id
}

// placeOf is where a node is told of; false where nowhere.
func placeOf(n attack.Node) (view.Place, bool) {
	switch {
	case n == attack.Internet:
		return view.Place{Screen: view.Internet}, true
	case n.Type == attack.Goal:
		return view.Place{Screen: view.Paths, Goal: n.ID}, true
	case !n.Subject.IsZero():
		return view.Place{Screen: view.RBAC, Subject: n.Subject}, true
	case n.Ref.IsZero():
		return view.Place{}, false
	}
	return objectPlace(n.Ref), true
}

// objectPlace is where an object is told of.
func objectPlace(o model.Ref) view.Place {
	p := view.Place{Screen: view.Detail, Object: o}
	switch {
	case o.Group != "":
	case o.Kind == "Node":
		p.Screen = view.Node
	case o.Kind == "Secret":
		p.Screen = view.Secret
	}
	return p
}

// sure says how sure something is, and on what it rests where it is not proven.
func sure(c attack.Confidence) string {
	return [...]string{attack.Proven: "proven", attack.ByVersion: "rests on a version", attack.ByAdmission: "rests on admission", attack.MissingData: "data is missing"}[c]
}
