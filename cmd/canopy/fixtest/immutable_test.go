package fixtest

import (
	"encoding/json"
	"slices"
	"strings"

	"canopy/model"
)

// replacements says what the fix of a scene has to come to where what is wrong cannot be changed in place: the steps in their
// order, or "" where only words help, with a word that has to be among those.
func replacements() map[string][2]string {
	return map[string][2]string{
		"LP01":        {"delete ClusterRoleBinding lp01", ""},
		"LP07-edit":   {"create Role edit-without-lp07; create RoleBinding b-without-lp07; delete RoleBinding b", ""},
		"PS09-job":    {"", "kubectl create -f web.yaml"},
		"PS09-naked":  {"", "kubectl create -f web.yaml"},
		"PS09-mirror": {"", "staticPodPath"},
		// What replaces no pod by itself is changed all the same, and somebody has to delete the pods.
		"PS09-ondelete":    {"patch DaemonSet web", "kubectl delete pod web-"},
		"PS09-partition":   {"patch StatefulSet web", "{\"partition\":0}"},
		"PS09-revision":    {"patch ReplicaSet web", "kubectl delete pod web-"},
		"PS09-replication": {"patch ReplicationController web", "kubectl delete pod web-"},
		"PS28-naked":       {"create Deployment web; delete Pod web", ""},
	}
}

// inPlace holds that no document changes what no server lets be changed.
func (c *climb) inPlace() {
	c.Helper()
	verbs := make([]string, 0, len(c.fix.Plan.Steps))
	for i := range c.fix.Plan.Steps {
		step := &c.fix.Plan.Steps[i]
		verbs = append(verbs, string(step.Verb)+" "+step.Ref.Kind+" "+step.Ref.Name)
		if step.Verb == model.Patch {
			c.changeable(step)
		}
	}
	want, ok := replacements()[c.scene.name]
	if !ok {
		return
	}
	if got := strings.Join(verbs, "; "); got != want[0] {
		c.Errorf("the fix is %q, want %q", got, want[0])
	}
	var words []string
	for _, n := range c.fix.Notes {
		words = append(words, n.Steps...)
	}
	if !strings.Contains(strings.Join(words, "\n"), want[1]) {
		c.Errorf("the notes lack %q:\n%s", want[1], strings.Join(words, "\n"))
	}
}

// changeable holds a patch to what validation in k8s.io/kubernetes lets be changed.
func (c *climb) changeable(step *model.Step) {
	c.Helper()
	if slices.Contains([]string{"Pod", "Job"}, step.Ref.Kind) {
		c.Errorf("%s is patched, which a server refuses", step.Ref)
	}
	var patch any
	if err := json.Unmarshal(step.Body, &patch); err != nil {
		c.Fatal(err)
	}
	for _, path := range []string{"/roleRef", "/spec/selector", "/spec/volumeClaimTemplates", "/spec/serviceName", "/spec/podManagementPolicy"} {
		if touches(patch, strings.Split(path[1:], "/")) && (path != "/spec/selector" || strings.HasSuffix(step.Ref.Kind, "Set") || step.Ref.Kind == "Deployment") {
			c.Errorf("%s: %s is patched, which a server refuses", step.Ref, path)
		}
	}
}

// touches tells whether a patch, of either kind, names a field.
func touches(patch any, path []string) bool {
	if list, ok := patch.([]any); ok {
		return slices.ContainsFunc(list, func(o any) bool {
			at, _ := o.(map[string]any)["path"].(string)
			return strings.HasPrefix(at+"/", "/"+strings.Join(path, "/")+"/")
		})
	}
	for _, key := range path {
		m, _ := patch.(map[string]any)
		next, ok := m[key]
		if !ok {
			return false
		}
		patch = next
	}
	return true
}
