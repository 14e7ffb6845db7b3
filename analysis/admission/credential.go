package admission

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// secretRuleOf gives a rule on pods that concerns secrets by its id.
func secretRuleOf(id string) (podRule, bool) {
	switch id {
	case "SE02":
		return podRule{
			container: "c.?env.orValue([]).exists(e, e.?valueFrom.?secretKeyRef.hasValue()) || c.?envFrom.orValue([]).exists(f, has(f.secretRef))",
			says:      "takes variables from a Secret",
		}, true
	case "SE09":
		return podRule{pod: []string{volumes("has(v.hostPath) && "+nodePath("v.hostPath.path")+".matches("+quote(nodeCredentials())+")", "holds credentials of the node")}}, true
	}
	return podRule{}, false
}

// nodeCredentials is an expression for the paths that SE09 knows, without the first slash.
func nodeCredentials() string {
	join := func(paths ...string) string { return strings.ReplaceAll(strings.Join(paths, "|"), ".", "[.]") }
	home := join(".aws", ".azure", ".config/gcloud", ".docker", ".kube", ".ssh")
	return "^(?:" + join("etc/kubernetes", "home", "root", "var/lib/kubelet") + ")$|" +
		"^(?:" + join(
		"etc/kubernetes/azure.json", "etc/kubernetes/cloud.conf", "etc/kubernetes/cloud-config", "etc/kubernetes/cloud_config",
		"etc/kubernetes/admin.conf", "etc/kubernetes/super-admin.conf", "etc/kubernetes/kubelet.conf", "etc/kubernetes/bootstrap-kubelet.conf",
		"etc/kubernetes/controller-manager.conf", "etc/kubernetes/scheduler.conf", "etc/kubernetes/pki",
		"var/lib/kubelet/pki", "var/lib/kubelet/config.json", "var/lib/kubelet/kubeconfig", "var/lib/kubelet/bootstrap-kubeconfig", "etc/origin/node",
		"etc/rancher/k3s/k3s.yaml", "etc/rancher/rke2/rke2.yaml", "var/lib/rancher/k3s/server/cred", "var/lib/rancher/k3s/server/tls",
		"var/lib/rancher/k3s/server/token", "var/lib/rancher/rke2/server/cred", "var/lib/rancher/rke2/server/tls", "var/lib/rancher/rke2/server/token",
		"var/lib/cloud",
	) + "|(?:root|home/[^/]+)/(?:" + home + "))(?:/|$)"
}

// plainVariables adds SE01 for the names of variables whose values are credentials today. What a credential looks like no policy can
// say, but under which names these workloads were given theirs.
func (m *maker) plainVariables(rule *model.Rule, s *scope) {
	names := m.exposedNames(s)
	if len(names) == 0 {
		m.not(rule, "What a credential looks like takes many forms and the randomness of a text, which a policy cannot weigh, and no variable is known by whose name it could go; scan manifests before they are applied")
		return
	}
	b := podPolicy(rule, plainRule(names), nameFor(rule, digest(names...)), s.namespaces)
	b.evidence = append(b.evidence, "It is about the variables that hold credentials today: "+counted(names),
		"Credentials in other variables, in commands, probes, hooks and annotations are not seen: what they look like a policy cannot weigh")
	m.add(b, s)
}

// plainRule refuses values that are written out under some names. One that only refers to other variables passes.
func plainRule(names []string) podRule {
	return podRule{
		container: "c.?env.orValue([]).exists(e, " + isOneOf("e.name", names...) + " && e.?value.orValue('') != '' && !e.value.matches(" + quote(`^(?:\$\([^()]*\))+$`) + "))",
		says:      "is given a credential as the value of a variable",
		remedy:    "Take the value from a Secret, or the variable off the list in this policy if it is none.",
		breaks: func(_ *cluster.Cluster, _ model.Record, t *corev1.PodTemplateSpec) bool {
			return slices.ContainsFunc(containersOf(&t.Spec), func(c *corev1.Container) bool {
				return slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool {
					return slices.Contains(names, e.Name) && e.Value != "" && !onlyRefers(e.Value)
				})
			})
		},
	}
}

// onlyRefers tells that a value is made of references to other variables alone.
func onlyRefers(value string) bool {
	for value != "" {
		rest, ok := strings.CutPrefix(value, "$(")
		if !ok {
			return false
		}
		name, after, ok := strings.Cut(rest, ")")
		if !ok || strings.Contains(name, "(") {
			return false
		}
		value = after
	}
	return true
}

// exposedNames lists the variables by which the owners of findings, or their pods, are given credentials.
func (m *maker) exposedNames(s *scope) []string {
	var names []string
	look := func(t record.Template) {
		if t.IsZero() {
			return
		}
		for _, e := range workload.Credentials(&t.Decode().Spec) {
			// The value as a whole, not something within it: the rest of that could stay.
			if name, ok := variableAt(&t.Decode().Spec, e.Path); ok && (e.Encoding == "" || e.Encoding == "base64") {
				names = append(names, name)
			}
		}
	}
	for _, f := range s.findings {
		if w, ok := m.c.Get(f.Object).(*record.Workload); ok {
			look(w.Template)
		}
		for p := range m.c.Pods(f.Object) {
			look(p.Template)
		}
	}
	return unique(names)
}

// variableAt gives the name of the variable whose value stands at a path: containers[0].env[1].value.
func variableAt(spec *corev1.PodSpec, path string) (string, bool) {
	for i, c := range containersOf(spec) {
		for j := range c.Env {
			if path == pathOf(spec, i)+index("env", j)+".value" {
				return c.Env[j].Name, true
			}
		}
	}
	return "", false
}

// containersOf lists the init containers and the ordinary ones.
func containersOf(spec *corev1.PodSpec) []*corev1.Container {
	var all []*corev1.Container
	for i := range spec.InitContainers {
		all = append(all, &spec.InitContainers[i])
	}
	for i := range spec.Containers {
		all = append(all, &spec.Containers[i])
	}
	return all
}

// pathOf begins the paths in one of containersOf.
func pathOf(spec *corev1.PodSpec, i int) string {
	if n := len(spec.InitContainers); i >= n {
		return index("containers", i-n) + "."
	}
	return index("initContainers", i) + "."
}

func index(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

func unique(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
