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

// namespace fixes PS26: warnings and audit of the strictest level now, and enforcement of baseline where nothing that is
// there would be refused. Versions are pinned, so that an upgrade of the server changes no verdict.
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

func (p *planner) podSecurity(ns *record.Typed[*corev1.Namespace], f *model.Finding) error {
	version, known := p.serverVersion()
	have := ns.GetLabels()
	set := map[string]any{}
	pin := func(label string) {
		if v, err := api.ParseVersion(have[label]); have[label] == "" || err != nil || v.Latest() || version.Older(v) {
			set[label] = version.String()
		}
	}
	for _, mode := range [][2]string{{api.WarnLevelLabel, api.WarnVersionLabel}, {api.AuditLevelLabel, api.AuditVersionLabel}} {
		if have[mode[0]] != string(api.LevelRestricted) {
			set[mode[0]] = string(api.LevelRestricted)
		}
		pin(mode[1])
	}
	class, evidence := harmless, []string{"warnings and audit entries refuse nothing"}
	level := api.Level(have[api.EnforceLevelLabel])
	enforced := level == api.LevelBaseline || level == api.LevelRestricted
	var bad []string
	if !enforced {
		level = api.LevelBaseline
		bad = p.violators(ns.Name, level, version)
	}
	if len(bad) == 0 {
		if !enforced {
			set[api.EnforceLevelLabel] = string(api.LevelBaseline)
			class = likelySafe
			evidence = append(evidence, "no pod and no template seen in the namespace breaks baseline; what is created later and does is refused")
		}
		pin(api.EnforceVersionLabel)
	}
	if !known {
		evidence = append(evidence, "no node was seen: the version is the newest known here; set it to the server's minor version")
	}
	if len(bad) > 0 {
		evidence = append(evidence, "does not close PS26: it warns only, until baseline is enforced")
		steps := append(slices.Clone(bad), "fix these first: canopy fix --all -n "+quote(ns.Name)+", and wait for the rollouts",
			"then kubectl label namespace "+quote(ns.Name)+" "+api.EnforceLevelLabel+"=baseline "+api.EnforceVersionLabel+"="+version.String())
		p.note(f, "baseline cannot be enforced yet: pods would be refused", steps...)
	}
	if len(set) == 0 {
		return nil
	}
	fields := partial(ns.Ref(), nil)
	fields["metadata"].(map[string]any)["labels"] = set
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	d, err := patchDocument(ns.Ref(), types.StrategicMergePatchType, body)
	if err != nil {
		return err
	}
	if len(bad) == 0 {
		d.Closes = []string{f.ID}
		class = max(class, parseBreakage(f.Rule.Breakage))
	}
	if why := doubtOf(f); why != "" {
		class = max(class, needsEvidence)
		evidence = append(evidence, why)
	}
	d.rules, d.Breakage, d.Evidence, d.ManagedBy = []*model.Rule{f.Rule}, class.String(), evidence, managerOf(&ns.Meta)
	p.policies = append(p.policies, d)
	return nil
}

// serverVersion gives the newest minor version that a kubelet reports, which no API server is older than; the newest that
// the policy knows, and false, where no node was seen.
func (p *planner) serverVersion() (api.Version, bool) {
	newest, known := api.MajorMinorVersion(1, 0), false
	limit := api.MajorMinorVersion(1, workload.NewestMinor)
	for r := range p.c.All(schema.GroupKind{Kind: "Node"}) {
		n, ok := r.(*record.Typed[*corev1.Node])
		if !ok {
			continue
		}
		parts := strings.SplitN(n.Object.Status.NodeInfo.KubeletVersion, ".", 3)
		if len(parts) < 2 {
			continue
		}
		if v, err := api.ParseVersion(parts[0] + "." + parts[1]); err == nil && newest.Older(v) {
			newest, known = v, true
		}
	}
	if !known || limit.Older(newest) {
		return limit, known
	}
	return newest, true
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
	for _, kind := range []string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob", "Pod"} {
		for _, r := range p.c.Sorted(model.KindByName(kind).GroupKind()) {
			if r.GetNamespace() != namespace {
				continue
			}
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
	}
	var list []string
	for ref, what := range found {
		list = append(list, ref.String()+": "+strings.Join(what, ", "))
	}
	slices.Sort(list)
	return list
}
