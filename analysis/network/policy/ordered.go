package policy

import (
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/port"
	"canopy/model/record"
)

// The versions that are read. A kind and a version that do not go together are not read either.
const (
	alpha1 = "v1alpha1"
	alpha2 = "v1alpha2"
)

// readOrdered reads a policy whose rules are asked in order, as sigs.k8s.io/network-policy-api describes it. Its
// specification says what an implementation does with a peer that it does not know: it fails closed. Of everything else
// that the API forbids it says nothing, and implementations differ; such a policy is not read.
func readOrdered(c *record.Custom) *Policy {
	p := &Policy{Ref: c.Ref(), Tier: Admin}
	if c.Kind.Kind == baselineKind {
		p.Tier = Baseline
	}
	d := &decoder{reader: &reader{p}, closed: map[string]bool{}, told: map[string]bool{}}
	spec := c.Body["spec"]
	switch kind := c.Kind.Kind + " " + c.Kind.Version; {
	case kind != adminKind+" "+alpha1 && kind != baselineKind+" "+alpha1 && kind != clusterKind+" "+alpha2:
		d.odd("apiVersion", c.Kind.Version, "not a version of "+c.Kind.Kind+" that is read")
		d.lose("apiVersion", "not a version of "+c.Kind.Kind+" that is read")
	case spec == nil:
		d.unread("spec", "", "there is none")
	case c.Kind.Kind == adminKind:
		d.admin(spec)
	case c.Kind.Kind == baselineKind:
		d.baseline(spec, c.Name)
	default:
		d.cluster(spec)
	}
	if p.Unread != "" {
		p.Rules = [2][]Rule{}
	}
	for dir, rules := range p.Rules {
		p.Acts[dir] = len(rules) > 0
	}
	return p
}

// vocabulary is how a version of the API says what all of them mean.
type vocabulary struct {
	// allow is the action that allows, passes tells whether there is Pass, ports is the field of ports.
	allow  string
	passes bool
	ports  string
}

// orderedRule is what the rules of all versions have in common.
type orderedRule struct {
	name, action string
	peers        []orderedPeer
	// ports reads the ports, which differ most.
	ports func(path string) (port.Set, []NamedPort)
}

func (d *decoder) priority(n int32) {
	d.p.Priority = n
	if n < 0 || n > 1000 {
		d.invalid("spec.priority", strconv.Itoa(int(n)), "not from 0 to 1000")
	}
}

func (d *decoder) subject(namespaces *metav1.LabelSelector, pods *podSelector) {
	const path = "spec.subject"
	switch {
	case namespaces == nil && pods == nil:
		if !d.told[path] {
			d.unread(path, "", "says nothing of whom it means")
		}
	case namespaces != nil && pods != nil:
		d.unread(path, "", "has namespaces and pods; only one may be set")
	default:
		s := d.selector(path, namespaces, pods)
		// With any fault in it, what the subject selects may be more than what could be read.
		if !slices.ContainsFunc(d.p.Problems, func(p Problem) bool { return strings.HasPrefix(p.Path, path) }) {
			d.p.Subject = *s
		}
	}
}

// failClosed notes that the rule being read has something that means nothing in this version of the API, but may in
// another.
func (d *decoder) failClosed(path string) {
	d.closed[d.rule] = true
	if !d.told[path] {
		d.invalid(path, "", "has no field that is known: the rule fails closed")
	}
}

func (d *decoder) add(dir Direction, v *vocabulary, i int, r orderedRule) {
	list, field := "spec.ingress", "from"
	if dir == Egress {
		list, field = "spec.egress", "to"
	}
	path := item(list, i)
	d.rule = path
	rule := Rule{Index: i, Name: r.name, Action: d.action(path+".action", v, r.action)}
	if len(r.peers) == 0 && !d.told[path] {
		d.unread(path, "", "names no peer in "+field)
	}
	for j := range r.peers {
		rule.Peers = append(rule.Peers, d.peers(item(path+"."+field, j), &r.peers[j])...)
	}
	rule.Ports, rule.Named = r.ports(path + "." + v.ports)
	d.doubtful(path, v, &rule)
	if d.closed[path] {
		rule.FailClosed, rule.Peers, rule.Ports, rule.Named = true, nil, port.Set{}, nil
		if rule.Action != Allow {
			rule.Action, rule.Anyone, rule.Ports = Deny, true, port.All()
		}
	}
	d.p.Rules[dir] = append(d.p.Rules[dir], rule)
}

func (d *decoder) action(path string, v *vocabulary, action string) Action {
	switch {
	case action == v.allow:
		return Allow
	case action == "Deny":
		return Deny
	case action == "Pass" && v.passes:
		return Pass
	}
	d.unread(path, action, "not an action of this kind")
	return Deny
}

// doubtful notes what a rule as a whole says in vain.
func (d *decoder) doubtful(path string, v *vocabulary, r *Rule) {
	addresses := false
	for i := range r.Peers {
		p := &r.Peers[i]
		addresses = addresses || p.Pods == nil
		if p.Domains != nil && r.Action != Allow {
			d.odd(p.Path, p.Domains[0], "domain names are meant for rules that "+v.allow+" alone")
		}
	}
	if addresses && len(r.Named) > 0 {
		d.invalid(path+"."+v.ports, r.Named[0].Name, "a port by name means nothing for the addresses that the rule names")
	}
}
