package policy

import (
	"fmt"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/record"
)

// read reads a policy of any kind from YAML.
func read(t *testing.T, text string) *Policy {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	p, ok := Read(recordOf(t, u))
	if !ok {
		t.Fatalf("%s is no policy", u.GetKind())
	}
	return p
}

func recordOf(t *testing.T, u *unstructured.Unstructured) model.Record {
	t.Helper()
	var obj runtime.Object = u
	if u.GetKind() == "NetworkPolicy" {
		np := &networkingv1.NetworkPolicy{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, np); err != nil {
			t.Fatal(err)
		}
		obj = np
	}
	r, err := record.Make(obj)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// spec puts the head of an object of a kind before its spec, which is indented by two spaces. Kinds are called by their
// short names.
func spec(kind, body string) string {
	head := map[string]string{
		"netpol": "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n",
		"anp":    "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: p}\n",
		"banp":   "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {name: default}\n",
		"cnp":    "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\n",
	}[kind]
	return head + "spec:\n" + body
}

// words writes what a policy does, a line each: subject, directions, rules. Problems are left out.
func words(p *Policy) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %s\n", p.Tier, p.Priority, p.Subject.String())
	if p.Unread != "" {
		fmt.Fprintf(&b, "unread %s\n", p.Unread)
	}
	for _, dir := range []Direction{Ingress, Egress} {
		if p.Acts[dir] {
			fmt.Fprintf(&b, "%s\n", dir)
		}
		for i := range p.Rules[dir] {
			r := &p.Rules[dir][i]
			fmt.Fprintf(&b, "%d%s %s %s on %s\n", r.Index, r.Name, r.Action, who(r), ports(r))
		}
	}
	return b.String()
}

func who(r *Rule) string {
	var all []string
	if r.FailClosed {
		all = append(all, "closed")
	}
	if r.Anyone {
		all = append(all, "anyone")
	}
	for i := range r.Peers {
		switch p := &r.Peers[i]; {
		case p.Pods != nil:
			all = append(all, "["+p.Pods.String()+"]")
		case p.Block != nil:
			s := p.Block.CIDR.String()
			for _, e := range p.Block.Except {
				s += "-" + e.String()
			}
			if p.Block.Definite {
				s += "!"
			}
			all = append(all, s)
		case p.Nodes != nil:
			all = append(all, "[nodes "+p.Nodes.String()+"]")
		default:
			all = append(all, strings.Join(p.Domains, "|"))
		}
	}
	if len(all) == 0 {
		return "nobody"
	}
	return strings.Join(all, " ")
}

func ports(r *Rule) string {
	s := r.Ports.String()
	for _, n := range r.Named {
		proto := n.Protocol.String()
		if n.Any {
			proto = "any"
		}
		s += " " + n.Name + "/" + proto
	}
	return s
}

// complaints writes the problems, a line each.
func complaints(p *Policy) string {
	var b strings.Builder
	for _, q := range p.Problems {
		kind := "odd"
		if q.Invalid {
			kind = "invalid"
		}
		fmt.Fprintf(&b, "%s %s=%s: %s\n", kind, q.Path, q.Value, q.Text)
	}
	return b.String()
}
