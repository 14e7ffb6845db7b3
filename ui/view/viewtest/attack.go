package viewtest

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/attack"
	"canopy/model"
)

// AskAttack gives the Asker of the test, else that of the engine.
func (s *Session) AskAttack(ctx context.Context, f func(attack.Asker)) error {
	if s.Attack != nil {
		f(s.Attack)
		return nil
	}
	return s.Engine.AskAttack(ctx, f)
}

// Attack is an attack.Asker with answers at hand. Tests change them as they need.
type Attack struct {
	// Answer is what Paths gives, limited as the question says; the paths of lateral hops alone are in Lateral.
	Answer  attack.Answer
	Lateral []attack.Path
	// Alternatives are the routes of a pair after its own.
	Alternatives []attack.Path
	// Blasts are by the id of the node.
	Blasts map[string]attack.Blast
	// Nodes are those that can be found and chosen.
	Nodes []attack.Node
	// Asked counts the questions, and Last is the last one.
	Asked int
	Last  attack.Question
}

var _ attack.Asker = (*Attack)(nil)

// Paths gives the answers, those alone that begin and end where the question says.
func (a *Attack) Paths(q attack.Question) attack.Answer {
	a.Asked++
	a.Last = q
	all := a.Answer.Paths
	if q.Lateral {
		all = slices.Concat(all, a.Lateral)
	}
	out := a.Answer
	out.Paths = nil
	for _, p := range all {
		if a.begins(&p, q.From) && (p.To == q.To || q.To == attack.Node{} && p.To == attack.ClusterAdmin) {
			out.Paths = append(out.Paths, p)
			if p.From == attack.Internet || len(p.Hops) > 0 && p.Hops[0].From == attack.Internet {
				out.Internet++
			}
		}
	}
	if n := len(out.Paths); q.Limit > 0 && n > q.Limit {
		out.Paths, out.More = out.Paths[:q.Limit], out.More+n-q.Limit
	}
	return out
}

func (a *Attack) begins(p *attack.Path, from attack.Node) bool {
	switch from.Type {
	case "":
		return true
	case attack.Namespace:
		return p.From.Ref.Namespace == from.Ref.Name
	case attack.External:
		return p.From == from || len(p.Hops) > 0 && p.Hops[0].From == from
	}
	return p.From == from
}

// Routes gives the path of the pair, then the alternatives.
func (a *Attack) Routes(from, to attack.Node, k int, lateral bool) (routes []attack.Path, more bool) {
	for _, p := range a.Paths(attack.Question{From: from, To: to, Lateral: lateral}).Paths {
		if p.From == from && p.To == to {
			routes = append(routes, p)
		}
	}
	if len(routes) > 0 {
		routes = append(routes, a.Alternatives...)
	}
	return routes[:min(k, len(routes))], len(routes) > k
}

// Blast gives that of the node: of one that can be found and has none at hand, that it reaches nothing.
func (a *Attack) Blast(n attack.Node) (attack.Blast, bool) {
	a.Asked++
	if b, ok := a.Blasts[n.ID]; ok {
		return b, true
	}
	_, ok := a.Find(n.ID)
	return attack.Blast{From: n}, ok
}

// Find finds a node by its id; a pod of shop/web is its workload.
func (a *Attack) Find(name string) (attack.Node, bool) {
	for _, n := range append([]attack.Node{attack.Internet, attack.ClusterAdmin, attack.AnyNode, attack.ControlPlane, attack.AnySecrets}, a.Nodes...) {
		if n.ID == name {
			return n, true
		}
	}
	if strings.HasPrefix(name, "shop/Pod/web-") {
		return a.Find("shop/Deployment/web")
	}
	return attack.Node{}, false
}

// Sources are all nodes, Goals all but workloads and namespaces.
func (a *Attack) Sources() []attack.Node { return a.Nodes }

// Goals are the nodes that one can want.
func (a *Attack) Goals() []attack.Node {
	return slices.DeleteFunc(slices.Clone(a.Nodes), func(n attack.Node) bool { return n.Type == attack.Workload })
}

// Paths gives the answers of a small story on the objects of Cluster: from the internet by a web pod and its account into a pod that
// holds the token of an operator, and one cut that ends it.
func Paths() *Attack {
	ref := func(kind, namespace, name string) model.Ref { return model.KindByName(kind).Ref(namespace, name) }
	node := func(r model.Ref) attack.Node { n, _ := attack.NodeOf(r); return n }
	web, helper, debug := node(ref("Deployment", "shop", "web")), node(ref("DaemonSet", "data", "backup-helper")), node(ref("Pod", "data", "debug-x9"))
	account, operator := node(ref("ServiceAccount", "shop", "web")), node(ref("ServiceAccount", "data", "operator"))
	alice := attack.NodeOfSubject(model.Subject{Kind: model.UserSubject, Name: "alice"})
	n1, secret := node(ref("Node", "", "n1")), node(ref("Secret", "shop", "db"))
	exec := model.Cut{Object: ref("RoleBinding", "data", "exec"), Edit: "delete the binding", Removes: 1, Cost: 1}
	admin := model.Cut{Object: ref("ClusterRoleBinding", "", "operator"), Edit: "delete the binding", Removes: 3, Cost: 90}
	token := model.Cut{Object: web.Ref, Edit: "do not mount the token", Removes: 1, Cost: 2}
	role := ref("Role", "data", "exec")
	into := attack.Hop{Edge: "K-05", From: attack.Internet, To: web, Cost: 1, Proof: attack.Proof{
		Summary: "Service shop/web LoadBalancer 203.0.113.9:80 → 8080", Object: ref("Service", "shop", "web"), Subject: -1, Evidence: []model.Evidence{{Object: ref("Service", "shop", "web"), Path: "spec.ports[0]", Value: "80/TCP"}},
	}}
	mounted := func(w, as attack.Node, cut model.Cut) attack.Hop {
		return attack.Hop{Edge: "I-01", From: w, To: as, Cost: 1, Proof: attack.Proof{Summary: "token mounted at the default path, account " + as.Subject.Name, Object: w.Ref, Subject: -1}, Cut: cut}
	}
	runs := func(from, to attack.Node) attack.Hop {
		return attack.Hop{Edge: "W-07", From: from, To: to, Cost: 2, Cut: exec, Proof: attack.Proof{
			Summary: "create pods/exec in data", Object: exec.Object, Match: "group:system:serviceaccounts", Subject: 0, Role: role,
			Evidence: []model.Evidence{{Object: role, Path: "rules[0]", Value: "create pods/exec"}, {Object: exec.Object, Path: "subjects[0]", Value: "system:serviceaccounts"}},
		}}
	}
	own := attack.Hop{Edge: "I-03", From: operator, To: attack.ClusterAdmin, Cost: 1, Cut: admin, Proof: attack.Proof{
		Summary: "every verb on every resource", Object: admin.Object, Match: "direct", Role: ref("ClusterRole", "", "cluster-admin"),
	}}
	escape := attack.Hop{Edge: "E-01", From: helper, To: n1, Confidence: attack.ByAdmission, Reason: "whether a webhook takes privileged away was not read", Cost: 4, Proof: attack.Proof{
		Summary: "privileged container backup", Object: helper.Ref, Subject: -1, Evidence: []model.Evidence{{Object: helper.Ref, Path: "spec.template.spec.containers[0].securityContext.privileged", Value: "true"}},
	}, Cut: model.Cut{Object: helper.Ref, Edit: "do not run it privileged", Removes: 1, Cost: 3}}
	a := &Attack{
		Answer: attack.Answer{Cuts: []model.Cut{admin, exec, token}, Least: []model.Cut{{Object: exec.Object, Edit: exec.Edit, Removes: 1}, {Object: helper.Ref, Edit: "do not mount the token", Removes: 3}}},
		Nodes:  []attack.Node{helper, debug, alice, n1, account, operator, secret, web, node(ref("Namespace", "", "data")), node(ref("Namespace", "", "shop"))},
	}
	a.Answer.Paths = []attack.Path{
		{From: attack.Internet, To: attack.ClusterAdmin, Cost: 6, Risk: 100, Hops: []attack.Hop{into, mounted(web, account, token), runs(account, helper), mounted(helper, operator, model.Cut{}), own}},
		{From: helper, To: attack.ClusterAdmin, Cost: 2, Risk: 65, Hops: []attack.Hop{mounted(helper, operator, model.Cut{}), own}},
		{From: alice, To: attack.ClusterAdmin, Cost: 5, Risk: 65, Confidence: attack.ByVersion, Hops: []attack.Hop{
			{Edge: "W-01", From: alice, To: helper, Confidence: attack.ByVersion, Reason: "the server is older than 1.38", Cost: 3, Proof: attack.Proof{Summary: "create pods in data", Object: ref("RoleBinding", "data", "readers"), Match: "direct"}},
			mounted(helper, operator, model.Cut{}), own,
		}},
		{From: helper, To: n1, Cost: 4, Risk: 55, Confidence: attack.ByAdmission, Hops: []attack.Hop{escape}},
	}
	a.Lateral = []attack.Path{{From: debug, To: attack.ClusterAdmin, Cost: 7, Risk: 30, Confidence: attack.MissingData, Hops: []attack.Hop{
		{Edge: "K-06", From: debug, To: web, Confidence: attack.MissingData, Reason: "whether what listens can be exploited is not known", Cost: 4, Proof: attack.Proof{Summary: "no policy keeps them apart: TCP 8080", Subject: -1}},
		mounted(web, account, token), runs(account, helper), mounted(helper, operator, model.Cut{}), own,
	}}}
	a.Alternatives = []attack.Path{{From: attack.Internet, To: attack.ClusterAdmin, Cost: 11, Risk: 92, Confidence: attack.ByAdmission, Hops: []attack.Hop{
		into, mounted(web, account, token), runs(account, helper), escape,
		{Edge: "K-01", From: n1, To: operator, Cost: 1, Proof: attack.Proof{Summary: "token of data/Pod/backup-helper-x on the node", Subject: -1}}, own,
	}}}
	reached := func(n attack.Node, cost, hops int) attack.Reached {
		return attack.Reached{Node: n, Cost: cost, Hops: hops}
	}
	a.Blasts = map[string]attack.Blast{
		web.ID: {
			From: web, Admin: true, Identity: account.Subject, Verbs: 14, Identities: []attack.Reached{reached(operator, 4, 3), reached(account, 1, 1)}, Workloads: []attack.Reached{reached(helper, 3, 2)},
			Nodes: []attack.Reached{{Node: n1, Cost: 7, Hops: 3, Confidence: attack.ByAdmission}}, Secrets: []attack.Reached{reached(secret, 2, 2)}, Network: []attack.Reached{reached(debug, 4, 1)},
			Escapes: []attack.Hop{escape}, Impact: []attack.Hop{{Edge: "D-08", From: account, To: account, Cost: 2, Proof: attack.Proof{Summary: "delete networkpolicies in shop", Object: ref("RoleBinding", "shop", "deployer")}}},
			Goals: []attack.Path{{From: web, To: attack.ClusterAdmin, Cost: 5, Risk: 100, Hops: a.Answer.Paths[0].Hops[1:]}}, Paths: 1, Sources: 1,
		},
		alice.ID:  {From: alice, Identity: alice.Subject, Verbs: 3, Workloads: []attack.Reached{reached(helper, 3, 1)}},
		secret.ID: {From: secret},
	}
	return a
}

// Many gives as many paths as asked for, which differ in where they begin.
func (a *Attack) Many(n int) *Attack {
	base := a.Answer.Paths[0]
	for i := range n {
		p := base
		p.From, _ = attack.NodeOf(model.KindByName("Deployment").Ref("team-"+strconv.Itoa(i%50), "web-"+strconv.Itoa(i)))
		p.Hops = slices.Clone(base.Hops[1:])
		p.Hops[0].From, p.Risk, p.Cost = p.From, 40+i%50, 5+i%9
		a.Answer.Paths = append(a.Answer.Paths, p)
	}
	return a
}
