package output

import (
	"iter"
	"strings"
	"time"

	"canopy/model"
)

// set is a list as a model.FindingSet.
type set []*model.Finding

func (s set) Len() int { return len(s) }

func (s set) Get(id string) *model.Finding {
	for _, f := range s {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (s set) All() iter.Seq[*model.Finding] {
	return func(yield func(*model.Finding) bool) {
		for _, f := range s {
			if !yield(f) {
				return
			}
		}
	}
}

type proofs []model.Evidence

func (p proofs) Evidence() []model.Evidence { return p }

// files locates every object of namespace shop in one file.
type files struct{ name string }

func (l files) Locate(ref model.Ref, _ string) (string, int, bool) {
	return l.name, 7, ref.Namespace == "shop"
}

func testRules() []*model.Rule {
	return []*model.Rule{
		{
			ID: "LP01", Title: "Account may do everything", Severity: model.Critical, Theme: "least-privilege", Condition: "A binding grants *.",
			Why: "Whoever takes the account owns the cluster.", Attack: "Use the token.", Defence: "Audit log.", Remedy: "Narrow the role.", Fix: "steps",
			Needs: []string{"ClusterRoleBinding.rbac.authorization.k8s.io"},
		},
		{
			ID: "PS01", Title: "Privileged container", Severity: model.High, Theme: "pod-security", Condition: "securityContext.privileged is true.",
			Why: "The container is root on its node.", Attack: "Mount the disk.", Defence: "Pod spec.", Remedy: "Set privileged to false.", Fix: "yaml",
			Frameworks: model.Frameworks{PSS: []string{"baseline"}, CIS: []string{"5.2.2"}, MITRE: []string{"T1611"}}, Needs: []string{"Pod"},
		},
		{ID: "PS09", Title: "No seccomp profile", Severity: model.Low, Theme: "pod-security", Why: "More of the kernel is in reach.", Remedy: "Set RuntimeDefault.", Fix: "yaml", Needs: []string{"Pod"}},
		{ID: "SE01", Title: "Secret in many pods", Severity: model.Medium, Theme: "secrets", Why: "More places to lose it.", Remedy: "Split it.", Fix: "none", Needs: []string{"Secret"}},
	}
}

// fixture is a report with a finding of every kind: open, unknown, with and without a file, in and out of namespaces.
func fixture() *model.Report {
	rules := testRules()
	deployment, daemons, secret := model.KindByName("Deployment"), model.KindByName("DaemonSet"), model.KindByName("Secret")
	binding, pod := model.KindByName("ClusterRoleBinding"), model.KindByName("Pod")
	web, agent, admin := deployment.Ref("shop", "web"), daemons.Ref("data", "agent"), binding.Ref("", "admin")
	finding := func(rule *model.Rule, object model.Ref, pods int, verdict model.Verdict, evidence ...model.Evidence) *model.Finding {
		return &model.Finding{
			ID: model.FindingID(rule.ID, object), Rule: rule, Severity: rule.Severity, Object: object, Pods: pods,
			Verdict: verdict, Proof: proofs(evidence),
		}
	}
	path := "spec.template.spec.containers[%].securityContext.privileged"
	found := set{
		finding(rules[0], admin, 0, model.Yes, model.Evidence{Object: admin, Path: "roleRef", Value: "ClusterRole/cluster-admin"}),
		finding(rules[1], agent, 3, model.Yes, model.Evidence{Object: agent, Path: strings.ReplaceAll(path, "%", "0"), Value: "true"}),
		finding(rules[1], web, 2, model.Yes,
			model.Evidence{Object: web, Path: strings.ReplaceAll(path, "%", "0"), Value: "true"},
			model.Evidence{Object: web, Path: strings.ReplaceAll(path, "%", "1"), Value: "true"}),
		finding(rules[3], secret.Ref("shop", "key"), 0, model.Unknown),
	}
	found[2].Since = time.Date(2026, 11, 1, 9, 30, 0, 0, time.UTC).Unix()
	found[3].Reason = "Secret denied"
	return &model.Report{
		Source: model.SourceInfo{Type: "capture", Name: "shop.yaml", Server: "v1.37.2"},
		Time:   time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC), Sequence: 3,
		Coverage: []model.Coverage{
			{Kind: pod.GroupKind(), Count: 5, State: model.Complete},
			{Kind: secret.GroupKind(), State: model.Denied, Reason: "may not list secrets"},
			{Kind: deployment.GroupKind(), Namespace: "shop", Count: 1, State: model.Loading, Reason: "loading"},
		},
		Rules: map[string]model.RuleState{
			"LP01": {Verdict: model.Yes}, "PS01": {Verdict: model.Yes}, "PS09": {Verdict: model.Yes},
			"SE01": {Verdict: model.Unknown, Reason: "Secret denied"},
		},
		Findings: found,
	}
}

// hostile holds one of each character that must not reach a terminal, and what breaks quoting.
const hostile = "a\x1b[2J\x1b]0;title\a\u202eevil\u2066\u200b\u009b31m\x7f\r\b\U000E0041\ufeff\xff\u2028\u00ad]]>--><&'\"`$(x)|\\n"

// hostileReport is a report in which all text comes from an attacker.
func hostileReport() *model.Report {
	r := fixture()
	r.Source = model.SourceInfo{Type: "capture", Name: hostile, Server: hostile}
	for i := range r.Coverage {
		r.Coverage[i].State, r.Coverage[i].Reason, r.Coverage[i].Namespace = model.Partial, hostile, hostile
		r.Coverage[i].Kind.Kind += hostile
	}
	for _, f := range r.Findings.(set) {
		object := f.Object
		object.Namespace, object.Name, object.Kind = hostile, hostile, hostile
		f.Object, f.ID, f.Verdict, f.Reason = object, model.FindingID(f.Rule.ID, object), model.Depends, hostile
		f.Proof = proofs{{Object: object, Path: hostile, Value: "=1+1" + hostile}, {Object: object, Path: "x", Value: "one\ntwo\n" + hostile}}
	}
	return r
}
