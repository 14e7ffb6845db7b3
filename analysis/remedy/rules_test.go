package remedy

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/workload"
	"canopy/model"
)

func TestTheGoodTemplateIsGood(t *testing.T) {
	g := good()
	if m := counts(&g); len(m) != 0 {
		t.Fatalf("hits: %v", m)
	}
}

func TestEveryRuleOnEveryOwner(t *testing.T) {
	for _, kind := range []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "CronJob"} {
		for rule, offend := range offences() {
			t.Run(kind+"/"+rule, func(t *testing.T) {
				tpl := good()
				offend(&tpl)
				before := counts(&tpl)
				if before[rule] == 0 && !strings.HasPrefix(rule, "LP") {
					t.Fatal("the offence does not offend")
				}
				c := holding(t, owned(kind, tpl), witness())
				f := finding(rule, ref(kind, "web"))
				fix, err := For(c, []*model.Finding{f})
				if err != nil {
					t.Fatal(err)
				}
				if len(fix.Notes) != 0 || len(fix.Documents) == 0 || !slices.Contains(fix.Documents[len(fix.Documents)-1].Closes, f.ID) {
					t.Fatalf("not closed: %+v", fix)
				}
				if (rule == "LP21" || rule == "SE01") && (len(fix.Documents) != 2 || fix.Documents[0].Step.Verb != model.Create) {
					t.Fatalf("no account: %+v", fix.Documents)
				}
				last := fix.Documents[len(fix.Documents)-1]
				if strings.Contains(string(last.YAML), "hunter2") || strings.Contains(string(last.Step.Body), "sk_live") || !strings.HasPrefix(rule, "SE0") && strings.Contains(string(last.Step.Body), "env") {
					t.Errorf("the patch holds values:\n%s", last.YAML)
				}
				if roundtrip(t, last.YAML) != roundtrip(t, last.Step.Body) {
					t.Errorf("YAML is not the body:\n%s\n%s", last.YAML, last.Step.Body)
				}
				now := apply(t, c, fix.Plan, ref(kind, "web"))
				after := counts(now)
				if after[rule] != 0 {
					t.Errorf("still there: %v\n%s", workload.Judge(now), last.YAML)
				}
				for r, n := range after {
					// A credential that comes from a Secret is a variable still.
					if n > before[r] && (rule != "SE01" || r != "SE02") {
						t.Errorf("%s came up: %d, was %d", r, n, before[r])
					}
				}
				if rule == "LP21" && now.Spec.ServiceAccountName+now.Spec.DeprecatedServiceAccount != "webweb" ||
					rule == "LP22" && !isOff(now.Spec.AutomountServiceAccountToken) {
					t.Errorf("account: %+v", now.Spec)
				}
				untouched(t, &tpl, now)
				again := apply(t, c, model.Plan{Steps: fix.Plan.Steps[len(fix.Plan.Steps)-1:]}, ref(kind, "web"))
				if last.Step.PatchType == types.StrategicMergePatchType && !equality.Semantic.DeepEqual(again, now) {
					t.Error("applied twice it gives something else")
				}
			})
		}
	}
}

func TestAllAtOnce(t *testing.T) {
	tpl := good()
	var findings []*model.Finding
	all := offences()
	for _, rule := range slices.Sorted(maps.Keys(all)) {
		if rule == "PS21" || rule == "PS25" || rule == "PS07" || rule == "PS23" || rule == "LP26" || rule == "SE09" || rule == "IM07" || rule == "IM04" || rule == "IM02" {
			continue // these would add a second volume of the same name, belong to Windows, or have no place beside others
		}
		all[rule](&tpl)
		findings = append(findings, finding(rule, ref("Deployment", "web")))
	}
	tpl.Spec.Containers[0].SecurityContext.Capabilities.Add = []corev1.Capability{"SYS_ADMIN", "CHOWN"}
	c := holding(t, owned("Deployment", tpl), witness())
	fix, err := For(c, findings)
	if err != nil {
		t.Fatal(err)
	}
	if len(fix.Documents) != 3 || len(fix.Notes) != 0 || len(fix.Documents[2].Closes) != len(findings) {
		t.Fatalf("%d documents, notes %v", len(fix.Documents), fix.Notes)
	}
	now := apply(t, c, fix.Plan, ref("Deployment", "web"))
	if m := counts(now); len(m) != 0 {
		t.Errorf("left: %v", m)
	}
	var a, b bytes.Buffer
	slices.Reverse(findings)
	again, err := For(holding(t, owned("Deployment", tpl), witness()), findings)
	if err != nil || fix.WriteYAML(&a) != nil || again.WriteYAML(&b) != nil || a.String() != b.String() {
		t.Error("the order of findings shows")
	}
	if strings.Contains(a.String(), "hunter2") || strings.Contains(a.String(), "sk_live") {
		t.Error("a value is printed")
	}
}
