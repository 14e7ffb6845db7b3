package exposure

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// The API admits no object with more of these. What a file holds beyond them is left out: every listener is met with every
// backend, so that an object without bounds would be worth more ways than a machine can hold.
const (
	mostListeners = 64
	mostParents   = 32
	mostHosts     = 16
	mostRules     = 16
	mostBackends  = 16
)

// gateway is what a Gateway says.
type gateway struct {
	class     string
	address   string
	listeners []listener
}

// listener is one port of a Gateway.
type listener struct {
	name, host, protocol string
	port                 uint16
	// from is Same, All, Selector or None; chosen are the namespaces that a selector chooses.
	from   string
	chosen labels.Selector
	// kinds are those of routes that are let in; all that fit the protocol where there are none.
	kinds []string
}

func readGateway(r *record.Custom) *gateway {
	g := &gateway{class: text(dig(r.Body, "spec", "gatewayClassName"))}
	for _, list := range []any{dig(r.Body, "status", "addresses"), dig(r.Body, "spec", "addresses")} {
		if in := objects(list, 1); len(in) > 0 && g.address == "" {
			g.address = text(in[0]["value"])
		}
	}
	for _, l := range objects(dig(r.Body, "spec", "listeners"), mostListeners) {
		x := listener{
			name: text(l["name"]), host: strings.ToLower(text(l["hostname"])), protocol: text(l["protocol"]),
			from: choice(dig(l, "allowedRoutes", "namespaces", "from"), "Same"),
		}
		x.port, _ = portNumber(number(l["port"]))
		if x.from == "Selector" {
			x.chosen = readSelector(dig(l, "allowedRoutes", "namespaces", "selector"))
		}
		for _, k := range objects(dig(l, "allowedRoutes", "kinds"), mostRules) {
			if choice(k["group"], model.GroupGateway) == model.GroupGateway {
				x.kinds = append(x.kinds, text(k["kind"]))
			} else {
				x.kinds = append(x.kinds, "")
			}
		}
		g.listeners = append(g.listeners, x)
	}
	return g
}

// readSelector reads a label selector; one that says nothing sensible selects nothing.
func readSelector(v any) labels.Selector {
	m, ok := v.(map[string]any)
	if !ok {
		return labels.Nothing()
	}
	s := &metav1.LabelSelector{MatchLabels: map[string]string{}}
	if pairs, ok := m["matchLabels"].(map[string]any); ok {
		for k, v := range pairs {
			word, ok := v.(string)
			if !ok {
				return labels.Nothing()
			}
			s.MatchLabels[k] = word
		}
	}
	expressions, _ := m["matchExpressions"].([]any)
	for _, v := range expressions {
		var values []string
		list, _ := dig(v, "values").([]any)
		for _, e := range list {
			values = append(values, text(e))
		}
		s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{
			Key: text(dig(v, "key")), Operator: metav1.LabelSelectorOperator(text(dig(v, "operator"))), Values: values,
		})
	}
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return labels.Nothing()
	}
	return selector
}

// lets tells whether a listener lets a route in, hosts aside: by its kind, by what the listener speaks and by the namespace.
func (l *listener) lets(c *cluster.Cluster, r *route, gateway string) bool {
	if len(l.kinds) > 0 && !slices.Contains(l.kinds, r.kind) {
		return false
	}
	if !speaks(l.protocol, r.kind) {
		return false
	}
	switch l.from {
	case "All":
		return true
	case "Same":
		return r.namespace == gateway
	case "Selector":
		return l.chosen.Matches(namespaceLabels(c, r.namespace))
	}
	return false
}

// speaks tells whether a route of a kind fits a listener's protocol; one that the API does not name fits nothing.
func speaks(protocol, kind string) bool {
	switch protocol {
	case "HTTP", "HTTPS":
		return kind == "HTTPRoute" || kind == "GRPCRoute"
	case "TLS":
		return kind == "TLSRoute" || kind == "TCPRoute"
	case "TCP":
		return kind == "TCPRoute"
	case "UDP":
		return kind == "UDPRoute"
	}
	return false
}

func (l *listener) transport() port.Protocol {
	if l.protocol == "UDP" {
		return port.UDP
	}
	return port.TCP
}

func (l *listener) secure() bool { return l.protocol == "HTTPS" || l.protocol == "TLS" }

// namespaceLabels gives the labels of a namespace; the one with its name is there in any case.
func namespaceLabels(c *cluster.Cluster, name string) labels.Set {
	set := labels.Set{}
	ref := model.Ref{Version: "v1", Kind: "Namespace", Name: name}
	if r, ok := c.Get(ref).(*record.Typed[*corev1.Namespace]); ok && r != nil {
		for k, v := range r.Labels.All() {
			set[k] = v
		}
	}
	set[corev1.LabelMetadataName] = name
	return set
}

// common gives the host names that a listener and a route have in common; false where there are none. The empty name is any,
// and *.a.example is any below a.example.
func common(listener string, hosts []string) ([]string, bool) {
	if len(hosts) == 0 {
		return []string{listener}, true
	}
	var both []string
	for _, h := range hosts {
		switch {
		case listener == "" || listener == h || below(h, listener):
			both = append(both, h)
		case below(listener, h):
			both = append(both, listener)
		}
	}
	slices.Sort(both)
	both = slices.Compact(both)
	return both, len(both) > 0
}

// below tells that a name is one of those that a pattern *.a.example stands for.
func below(name, pattern string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	return wild && strings.HasPrefix(suffix, ".") && len(name) > len(suffix) && strings.HasSuffix(name, suffix)
}
