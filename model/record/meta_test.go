package record

import "testing"

// TestOwnerOfOlderGroup takes references of removed groups and versions for the kinds that they are now.
func TestOwnerOfOlderGroup(t *testing.T) {
	for _, c := range []struct{ apiVersion, kind, want string }{
		{"extensions/v1beta1", "ReplicaSet", "apps/v1"},
		{"extensions/v1beta1", "Deployment", "apps/v1"},
		{"extensions/v1beta1", "DaemonSet", "apps/v1"},
		{"apps/v1beta1", "StatefulSet", "apps/v1"},
		{"apps/v1beta2", "ReplicaSet", "apps/v1"},
		{"batch/v1beta1", "CronJob", "batch/v1"},
		{"extensions/v1beta1", "Other", "extensions/v1beta1"},
		{"argoproj.io/v1alpha1", "Rollout", "argoproj.io/v1alpha1"},
	} {
		o := Owner{APIVersion: c.apiVersion, Kind: c.kind, Name: "x"}
		if ref := o.Ref("shop"); ref.APIVersion() != c.want || ref.Kind != c.kind || ref.Namespace != "shop" {
			t.Errorf("%s %s: got %s", c.apiVersion, c.kind, ref)
		}
	}
}
