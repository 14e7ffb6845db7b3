package admission

import (
	"strings"
	"testing"

	"canopy/model"
)

// TestEndingVersions holds for which API versions there is a policy, and what is said of the others.
func TestEndingVersions(t *testing.T) {
	evidence := func(object, value string) *model.Finding {
		f := found(t, "VP06", object)
		f.Proof = shown{{Object: f.Object, Path: "metadata.managedFields", Value: value}}
		return f
	}
	for name, tc := range map[string]struct {
		object, value, server string
		is, reason            string
	}{
		"served still":     {"shop/PodDisruptionBudget/b", "policy/v1beta1; written by helm", "v1.24.0", "", "ValidatingAdmissionPolicies are served from"},
		"ended":            {"shop/PodDisruptionBudget/b", "policy/v1beta1; written by helm", "v1.37.2", "", "The server no longer serves these versions"},
		"not known server": {"shop/PodDisruptionBudget/b", "policy/v1beta1; written by helm", "", "canopy-vp06-api-version-ends-poddisruptionbudgets-policy-v1beta1", ""},
		"custom":           {"shop/ReferenceGrant/g", "gateway.networking.k8s.io/v1beta1; written by helm", "v1.37.2", "canopy-vp06-api-version-ends-referencegrants-gateway-networking-k8s-io-v1beta1", ""},
		"its own version":  {"shop/ReferenceGrant/g", "gateway.networking.k8s.io/v1", "v1.37.2", "", "by which version a manifest asks is not known"},
		"another group":    {"shop/Ingress/i", "extensions/v1beta1", "v1.37.2", "", "by which version a manifest asks is not known"},
		"hostile":          {"shop/ReferenceGrant/g", "x'] || true/v1beta1", "v1.37.2", "", "by which version a manifest asks is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			f := evidence(tc.object, tc.value)
			g := guardOf(t, clusterOf(t), tc.server, f, evidence(tc.object, tc.value))
			if tc.is == "" {
				if len(g.Policies) != 0 || len(g.Without) != 1 || !strings.Contains(g.Without[0].Text, tc.reason) {
					t.Errorf("%+v", g)
				}
				return
			}
			if len(g.Policies) != 1 || len(g.Without) != 0 {
				t.Fatalf("%+v", g)
			}
			p := strictPolicy(t, g.Policies[0].Documents[0])
			rule := p.Spec.MatchConstraints.ResourceRules[0]
			version, _, _ := strings.Cut(tc.value, ";")
			if p.Name != tc.is || string(*p.Spec.MatchConstraints.MatchPolicy) != "Exact" || rule.APIGroups[0]+"/"+rule.APIVersions[0] != version {
				t.Errorf("%s %+v", p.Name, p.Spec.MatchConstraints)
			}
			if told := strings.Join(g.Policies[0].Evidence, "\n"); !strings.Contains(told, "may be changed by any other version") {
				t.Error(told)
			}
		})
	}
}
