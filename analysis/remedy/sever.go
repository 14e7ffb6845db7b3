package remedy

import (
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/pod-security-admission/api"

	"canopy/analysis/exposure"
	"canopy/analysis/lifecycle"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

var (
	errBare  = errors.New("a pod cannot be changed in place: change what makes it, or make it anew")
	errGone  = errors.New("it is no longer there")
	errWords = errors.New("no document can be made of this here: do it by hand, and look at the paths again")
)

// Sever makes the fix that carries out a cut of attack paths: just the edit that was counted, and with that all that it takes away and
// may break. Rules are all rules, found all findings, access is what RBAC grants; where the edit is what the fixes of findings do, those are made.
func Sever(c *cluster.Cluster, access *rbac.Analyser, o Options, rules []*model.Rule, found model.FindingSet, cut model.Cut) (*Fix, error) {
	var findings []*model.Finding
	for _, r := range rules {
		if f := found.Get(model.FindingID(r.ID, cut.Object)); f != nil {
			findings = append(findings, f)
		}
	}
	if why := badRef(cut.Object); why != "" {
		return nil, errors.New(why)
	}
	if cut.Edit == model.CutEscapes {
		ways := slices.DeleteFunc(slices.Clone(findings), func(f *model.Finding) bool { return !escapes(f.Rule) })
		if len(ways) == 0 {
			return nil, errWords
		}
		return Make(c, o, ways)
	}
	r := c.Get(cut.Object)
	if r == nil {
		return nil, errGone
	}
	p := newPlanner(c, o.Server)
	if p.tables = o.Tables; p.tables == nil {
		p.tables = lifecycle.Default()
	}
	var err error
	switch cut.Edit {
	case model.CutBinding:
		err = p.severBinding(access, cut.Object)
	case model.CutToken:
		return p.severToken(r, rules, findings)
	case model.CutWay:
		err = p.severWay(r)
	case model.CutLevel:
		err = p.severLevel(cut.Object)
	default:
		err = errWords
	}
	if err != nil {
		return nil, err
	}
	return p.fix(), nil
}

// fixYAML is what a rule says of itself whose findings end by documents.
const fixYAML = "yaml"

// escapes tells a rule whose findings are ways out of a container, by the technique of MITRE ATT&CK.
func escapes(r *model.Rule) bool {
	return r.Theme == "pod-security" && r.Fix == fixYAML && slices.Contains(r.Frameworks.MITRE, "T1611")
}

// severBinding deletes a binding, and says what goes with it.
func (p *planner) severBinding(access *rbac.Analyser, ref model.Ref) error {
	b, ok := access.Binding(ref)
	if !ok {
		return errGone
	}
	d, err := deleted(ref)
	if err != nil {
		return err
	}
	who := whom(b.Subjects, ref.Namespace)
	var rules []rbacv1.PolicyRule
	granted, _ := access.Rules(b.Role)
	for i := range granted {
		rules = append(rules, *granted[i].PolicyRule)
	}
	if len(rules) > 0 {
		say(&d.Evidence, "removes: %s, %s, from %s", sentences(effective(rules, ref.Namespace)), where(ref.Namespace), who)
	}
	say(&d.Evidence, "what %s needs of it cannot be told from here: audit events whose annotation authorization.k8s.io/reason names this binding show what is really done by it; bind a role with just that before", who)
	d.Breakage = outage.String()
	d.keep(metaOf(p.c.Get(ref)))
	p.removals = append(p.removals, d)
	return nil
}

// severToken keeps the token out of the pods of an owner, by the fix of LP22, whether that finding is there or not.
func (p *planner) severToken(r model.Record, rules []*model.Rule, findings []*model.Finding) (*Fix, error) {
	w, ok := r.(*record.Workload)
	if !ok {
		return nil, errBare
	}
	ref := w.Ref()
	const mounted = "LP22"
	at := slices.IndexFunc(rules, func(rule *model.Rule) bool { return rule.ID == mounted })
	if at < 0 {
		return nil, errWords
	}
	// That the account holds what matters is what the path rests on: the mild words of the finding would be false.
	f := model.Finding{ID: model.FindingID(mounted, ref), Rule: rules[at], Object: ref, Verdict: model.Unknown}
	if err := p.workload(ref, []*model.Finding{&f}); err != nil {
		return nil, err
	}
	there := slices.ContainsFunc(findings, func(f *model.Finding) bool { return f.Rule.ID == mounted })
	account := w.Template.Decode().Spec.ServiceAccountName
	if account == "" {
		account = defaultAccount
	}
	for i := range p.patches {
		d := &p.patches[i]
		if !there {
			d.Closes, d.about = nil, nil
		}
		d.Breakage = max(parseBreakage(d.Breakage), outage).String()
		d.Evidence = slices.Insert(d.Evidence, 0, fmt.Sprintf("the containers no longer speak to the API as %s: what lives by that, as a controller or an operator does, stops working; audit events of its user show whether it does",
			model.Subject{Kind: model.AccountSubject, Namespace: ref.Namespace, Name: account}))
	}
	if !there {
		// Notes are told by finding; there is none to tell them of.
		p.notes = nil
	}
	return p.fix(), nil
}

// severWay closes a way in.
func (p *planner) severWay(r model.Record) error {
	ref := r.Ref()
	if svc, ok := r.(*record.Typed[*corev1.Service]); ok {
		return p.severService(ref, svc.Object)
	}
	d, err := deleted(ref)
	if err != nil {
		return err
	}
	d.Breakage = outage.String()
	if in, ok := r.(*record.Typed[*networkingv1.Ingress]); ok {
		if names := exposure.Behind(&in.Object.Spec); len(names) > 1 {
			say(&d.Evidence, "all that stands behind it is cut off from outside, not only what the path goes by: the Services %s", list(names, mostBehind))
		}
	}
	if len(d.Evidence) == 0 {
		say(&d.Evidence, "all that stands behind it is cut off from outside")
	}
	d.keep(metaOf(r))
	p.removals = append(p.removals, d)
	return nil
}

// severLevel has a namespace refuse what leads to nodes.
func (p *planner) severLevel(ns model.Ref) error {
	const mode = "pod-security.kubernetes.io/enforce"
	d, err := p.segments.patch(ns, types.StrategicMergePatchType, partial(ns, map[string]any{"metadata": map[string]any{"labels": map[string]any{mode: string(api.LevelBaseline)}}}))
	if err != nil {
		return err
	}
	version, _ := p.serverVersion()
	class := likelySafe
	refused := p.violators(ns.Name, api.LevelBaseline, version)
	for i, v := range refused {
		class = outage
		if i == mostBehind {
			say(&d.Evidence, "and %d more", len(refused)-mostBehind)
			break
		}
		say(&d.Evidence, "its pods run on, and none is made anew: %s", v)
	}
	if len(refused) == 0 {
		say(&d.Evidence, "nothing that runs there asks for more; pods that somebody makes later may, and are refused")
	}
	d.Breakage = class.String()
	d.keep(metaOf(p.c.Get(ns)))
	p.patches = append(p.patches, d)
	return nil
}

// severService leaves a Service to the cluster alone, its addresses outside of it too.
func (p *planner) severService(ref model.Ref, svc *corev1.Service) error {
	inside := svc.DeepCopy()
	inside.Spec.ExternalIPs = nil
	patches := []func() (Document, error){func() (Document, error) { return p.segments.clusterAlone(ref, inside) }}
	if len(svc.Spec.ExternalIPs) > 0 {
		patches = append(patches, func() (Document, error) {
			return p.segments.patch(ref, types.StrategicMergePatchType, partial(ref, map[string]any{"spec": map[string]any{"externalIPs": nil}}))
		})
	}
	for _, patch := range patches {
		d, err := patch()
		if err != nil {
			return err
		}
		d.Breakage = outage.String()
		say(&d.Evidence, "whoever comes from outside by this Service is cut off; it still answers inside of the cluster")
		d.keep(metaOf(p.c.Get(ref)))
		p.patches = append(p.patches, d)
	}
	return nil
}

// mostBehind bounds the Services that are named; the rest is counted.
const mostBehind = 12
