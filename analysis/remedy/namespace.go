package remedy

import (
	"encoding/json"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/pod-security-admission/api"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// namespace fixes PS26 in stages. Versions are pinned, so that an upgrade of the server changes no verdict.
func (p *planner) namespace(ref model.Ref, findings []*model.Finding) error {
	ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](p.c, "Namespace", "", ref.Name)
	for _, f := range findings {
		if f.Rule.ID != "PS26" || !ok {
			p.note(f, "the namespace was not seen", "kubectl label namespace "+quote(ref.Name)+" "+api.WarnLevelLabel+"=restricted "+api.AuditLevelLabel+"=restricted")
			continue
		}
		if err := p.podSecurity(ns, f); err != nil {
			return err
		}
	}
	return nil
}

// podSecurity makes the stages: a document that warns and audits, the list of what the strictest level would refuse, and a
// document that enforces the strictest level which refuses nothing that is there.
func (p *planner) podSecurity(ns *record.Typed[*corev1.Namespace], f *model.Finding) error {
	version, known := p.serverVersion()
	have := ns.GetLabels()
	warn, enforce := map[string]any{}, map[string]any{}
	pin := func(set map[string]any, label string) {
		if v, err := api.ParseVersion(have[label]); have[label] == "" || err != nil || v.Latest() || version.Older(v) {
			set[label] = version.String()
		}
	}
	for _, mode := range [][2]string{{api.WarnLevelLabel, api.WarnVersionLabel}, {api.AuditLevelLabel, api.AuditVersionLabel}} {
		if have[mode[0]] != string(api.LevelRestricted) {
			warn[mode[0]] = string(api.LevelRestricted)
		}
		pin(warn, mode[1])
	}
	told := []string{"warnings and audit entries refuse nothing"}
	strict := p.violators(ns.Name, api.LevelRestricted, version)
	if len(strict) > 0 {
		told = append(told, "they will name "+list(strict, 8))
	}
	level := api.Level(have[api.EnforceLevelLabel])
	var evidence []string
	if level != api.LevelBaseline && level != api.LevelRestricted {
		level = api.LevelRestricted
		if len(strict) > 0 {
			level = api.LevelBaseline
			if bad := p.violators(ns.Name, level, version); len(bad) > 0 {
				told = append(told, "does not close PS26: it warns only, until baseline is enforced")
				p.note(f, "baseline cannot be enforced yet: pods would be refused", append(bad, "fix these first: canopy fix --all -n "+quote(ns.Name)+", and wait for the rollouts",
					"then kubectl label namespace "+quote(ns.Name)+" "+api.EnforceLevelLabel+"=baseline "+api.EnforceVersionLabel+"="+version.String())...)
				return p.labels(ns, f, warn, harmless, told, known, false)
			}
		}
		enforce[api.EnforceLevelLabel] = string(level)
		evidence = append(evidence, "no pod and no template seen in the namespace breaks "+string(level)+"; what is created later and does is refused")
		if level == api.LevelBaseline {
			evidence = append(evidence, "restricted would refuse "+list(strict, 8))
		} else {
			evidence = append(evidence, "where that is too strict for what is to come: "+api.EnforceLevelLabel+"=baseline closes the finding too")
		}
	}
	if pin(enforce, api.EnforceVersionLabel); enforce[api.EnforceLevelLabel] == nil && len(enforce) > 0 {
		evidence = append(evidence, "the level that is enforced stays; what it means no longer changes with an upgrade of the server")
	}
	if err := p.labels(ns, f, warn, harmless, told, known, len(enforce) == 0); err != nil {
		return err
	}
	return p.labels(ns, f, enforce, likelySafe, evidence, known, true)
}

// labels makes the document of one stage; none where there is nothing to set.
func (p *planner) labels(ns *record.Typed[*corev1.Namespace], f *model.Finding, set map[string]any, class breakage, evidence []string, known, closes bool) error {
	if len(set) == 0 {
		return nil
	}
	body, err := json.Marshal(partialMeta(ns.Ref(), map[string]any{"labels": set}))
	if err != nil {
		return err
	}
	d, err := patchDocument(ns.Ref(), types.StrategicMergePatchType, body)
	if err != nil {
		return err
	}
	if closes {
		d.Closes = []string{f.ID}
		class = max(class, parseBreakage(f.Rule.Breakage))
	}
	if !known {
		evidence = append(evidence, "the version of the server is not known: the newest known here is pinned; set it to the server's minor version")
	}
	if why := doubtOf(f); why != "" {
		class = max(class, needsEvidence)
		evidence = append(evidence, why)
	}
	d.rules, d.about, d.Breakage, d.Evidence = []*model.Rule{f.Rule}, []string{f.ID}, class.String(), evidence
	d.keep(&ns.Meta)
	p.policies = append(p.policies, d)
	return nil
}

// serverVersion gives the minor version of the server: what it says itself, or else the newest that a kubelet reports, which no
// API server is older than. It gives the newest that the policy knows where the server's is newer, and that with false where
// nothing tells.
func (p *planner) serverVersion() (api.Version, bool) {
	limit := api.MajorMinorVersion(1, workload.NewestMinor)
	newest, known := minorOf(strings.TrimPrefix(p.server, "v"))
	if !known {
		newest = api.MajorMinorVersion(1, 0)
		for r := range p.c.All(schema.GroupKind{Kind: "Node"}) {
			n, ok := r.(*record.Typed[*corev1.Node])
			if !ok {
				continue
			}
			if v, ok := minorOf(strings.TrimPrefix(n.Object.Status.NodeInfo.KubeletVersion, "v")); ok && newest.Older(v) {
				newest, known = v, true
			}
		}
	}
	if !known || limit.Older(newest) {
		return limit, known
	}
	return newest, true
}

// minorOf reads a version such as 1.37.2 or 1.34.1-gke.5 as far as Pod Security tells them apart.
func minorOf(version string) (api.Version, bool) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return api.Version{}, false
	}
	v, err := api.ParseVersion("v" + parts[0] + "." + strings.TrimRight(parts[1], "+"))
	return v, err == nil
}

// violators lists the owners in a namespace of whose templates or pods a level refuses some.
func (p *planner) violators(namespace string, level api.Level, version api.Version) []string {
	found := map[model.Ref][]string{}
	look := func(r model.Record, t *corev1.PodTemplateSpec) {
		owner := p.c.TopOwner(r)
		for _, v := range workload.Violations(level, version, t) {
			if what := v.Check + " (" + v.Path + ")"; !slices.Contains(found[owner], what) {
				found[owner] = append(found[owner], what)
			}
		}
	}
	for _, r := range p.within(namespace) {
		switch o := r.(type) {
		case *record.Workload:
			if !o.Template.IsZero() {
				look(r, o.Template.Decode())
			}
		case *record.Pod:
			if !o.Finished() {
				t := o.Template.Decode()
				t.Spec = *o.Spec()
				look(r, t)
			}
		}
	}
	var list []string
	for ref, what := range found {
		list = append(list, ref.String()+": "+strings.Join(what, ", "))
	}
	slices.Sort(list)
	return list
}

// within lists the pods of a namespace and what makes pods, in order of their kinds.
func (p *planner) within(namespace string) []model.Record {
	if p.places == nil {
		p.places = map[string][]model.Record{}
		for _, kind := range []string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob", "Pod"} {
			for _, r := range p.c.Sorted(model.KindByName(kind).GroupKind()) {
				p.places[r.GetNamespace()] = append(p.places[r.GetNamespace()], r)
			}
		}
	}
	return p.places[namespace]
}
