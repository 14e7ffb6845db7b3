package demo

import (
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
)

func TestPlantedObjectsExist(t *testing.T) {
	w := grown(t)
	seen := map[string]bool{}
	for _, f := range Planted() {
		k := id(f.Kind, f.Namespace, f.Name)
		if f.Kind == "Namespace" {
			k = id(f.Kind, "", f.Name)
		}
		if f.Kind != "Cluster" && w.byKey[k] == nil {
			t.Errorf("no %s", k)
		}
		if seen[k] {
			t.Errorf("%s stands twice in the list", k)
		}
		if seen[k] = true; f.Why == "" {
			t.Errorf("%s has no story", k)
		}
	}
}

// TestPlantedFlaws checks each item of the story at the field that holds it.
func TestPlantedFlaws(t *testing.T) {
	w := grown(t)
	deployment := func(ns, name string) *corev1.PodSpec {
		return &get[*appsv1.Deployment](t, w, "Deployment", ns, name).Spec.Template.Spec
	}
	for name, holds := range map[string]func() bool{
		"shop/web has a tag and no digest": func() bool {
			return deployment("shop", "web").Containers[0].Image == "registry.jungle.example/shop/web:1.4"
		},
		"shop/web mounts a token": func() bool { return *deployment("shop", "web").AutomountServiceAccountToken },
		"shop/web is open to the internet": func() bool {
			return get[*corev1.Service](t, w, "Service", "shop", "web").Status.LoadBalancer.Ingress[0].IP == "203.0.113.9" &&
				get[*networkingv1.NetworkPolicy](t, w, "NetworkPolicy", "shop", "web").Spec.Ingress[0].From[0].IPBlock.CIDR == "0.0.0.0/0"
		},
		"shop/api has a key as a literal": func() bool {
			return slices.ContainsFunc(deployment("shop", "api").Containers[0].Env, func(e corev1.EnvVar) bool {
				return e.Name == "STRIPE_API_KEY" && strings.HasPrefix(e.Value, "jungle-")
			})
		},
		"payments/postgres is open to every namespace": func() bool {
			np := get[*networkingv1.NetworkPolicy](t, w, "NetworkPolicy", "payments", "postgres")
			r := np.Spec.Ingress[1]
			return len(r.From) == 1 && r.From[0].PodSelector == nil && len(r.From[0].NamespaceSelector.MatchLabels) == 0 && r.Ports[0].Port.IntVal == 5432 &&
				strings.Contains(np.Annotations["jungle.example/note"], "temporary")
		},
		"payments/worker is isolated by deny alone": func() bool {
			return slices.Equal(ingressPolicies(t, w, "payments", "worker"), []string{"deny"})
		},
		"ops/operator is cluster-admin": func() bool {
			return binds(get[*rbacv1.ClusterRoleBinding](t, w, "ClusterRoleBinding", "", "operator-cluster-admin").Subjects, "ServiceAccount", "operator") && *deployment("ops", "operator").AutomountServiceAccountToken
		},
		"ops/ops-exec lets every account exec": func() bool {
			return binds(get[*rbacv1.RoleBinding](t, w, "RoleBinding", "ops", "ops-exec").Subjects, "Group", "system:serviceaccounts") &&
				allows(get[*rbacv1.Role](t, w, "Role", "ops", "ops-exec").Rules, "create", "pods/exec")
		},
		"ops has no NetworkPolicy": func() bool {
			return !slices.ContainsFunc(w.objects, func(o object) bool { np, ok := o.(*networkingv1.NetworkPolicy); return ok && np.Namespace == "ops" })
		},
		"argocd and velero have no cluster-wide grant": func() bool {
			return !slices.ContainsFunc(w.objects, func(o object) bool {
				b, ok := o.(*rbacv1.ClusterRoleBinding)
				return ok && slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool {
					return s.Namespace == "ops" && (strings.HasPrefix(s.Name, "argocd") || s.Name == "velero")
				})
			})
		},
		"argocd-server has a NodePort": func() bool {
			return get[*corev1.Service](t, w, "Service", "ops", "argocd-server").Spec.Type == corev1.ServiceTypeNodePort
		},
		"data/backup owns its node": func() bool {
			return ownsNode(&get[*batchv1.CronJob](t, w, "CronJob", "data", "backup").Spec.JobTemplate.Spec.Template.Spec)
		},
		"data/backup-helper owns its node, the control plane's too": func() bool {
			d := get[*appsv1.DaemonSet](t, w, "DaemonSet", "data", "backup-helper")
			return ownsNode(&d.Spec.Template.Spec) && slices.ContainsFunc(w.pods, func(p *corev1.Pod) bool { return p.Spec.NodeName == "n1" && w.top(p) == object(d) })
		},
		"data/airflow-config holds a password": func() bool {
			return strings.Contains(get[*corev1.ConfigMap](t, w, "ConfigMap", "data", "airflow-config").Data["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"], ":mK7q2Vx9-jungle@")
		},
		"data/spark-operator creates pods": func() bool {
			return allows(get[*rbacv1.Role](t, w, "Role", "data", "spark-operator").Rules, "create", "pods")
		},
		"monitoring/grafana is old": func() bool {
			return strings.Contains(deployment("monitoring", "grafana").Containers[0].Image, ":8.5.27@")
		},
		"monitoring/prometheus lists every Secret": func() bool {
			return allows(get[*rbacv1.ClusterRole](t, w, "ClusterRole", "", "prometheus").Rules, "list", "secrets") &&
				binds(get[*rbacv1.ClusterRoleBinding](t, w, "ClusterRoleBinding", "", "prometheus").Subjects, "ServiceAccount", "prometheus")
		},
		"ci/runner is privileged and holds the Docker socket": func() bool {
			s := deployment("ci", "runner")
			return *s.Containers[0].SecurityContext.Privileged && s.Volumes[0].HostPath.Path == "/var/run/docker.sock"
		},
		"ci/runner escalates": func() bool {
			r := get[*rbacv1.Role](t, w, "Role", "ci", "runner").Rules
			return allows(r, "create", "pods") && allows(r, "impersonate", "serviceaccounts") && allows(r, "get", "roles") && allows(r, "update", "roles") && allows(r, "escalate", "roles")
		},
		"ci/dev-support lets group dev impersonate": func() bool {
			return binds(get[*rbacv1.RoleBinding](t, w, "RoleBinding", "ci", "dev-support").Subjects, "Group", "dev") &&
				allows(get[*rbacv1.Role](t, w, "Role", "ci", "dev-support").Rules, "impersonate", "serviceaccounts")
		},
		"dev images are latest": func() bool { return strings.HasSuffix(deployment("dev", "comet-mock").Containers[0].Image, ":latest") },
		"group dev edits dev": func() bool {
			b := get[*rbacv1.RoleBinding](t, w, "RoleBinding", "dev", "dev-edit")
			return b.RoleRef.Name == "edit" && binds(b.Subjects, "Group", "dev")
		},
		"group dev reads every Secret": func() bool {
			b := get[*rbacv1.ClusterRoleBinding](t, w, "ClusterRoleBinding", "", "dev-view-secrets")
			return b.RoleRef.Name == "view-secrets" && binds(b.Subjects, "Group", "dev")
		},
		"dev/debug-x9 carries a debug container since three weeks": func() bool {
			p := get[*corev1.Pod](t, w, "Pod", "dev", "debug-x9")
			return len(p.OwnerReferences) == 0 && Start.Sub(p.Status.EphemeralContainerStatuses[0].State.Running.StartedAt.Time) > 20*24*time.Hour
		},
		"legacy/intranet is root without limits": func() bool {
			s := deployment("legacy", "intranet")
			return *s.SecurityContext.RunAsUser == 0 && s.Containers[0].Resources.Limits == nil
		},
		"legacy/intranet has a NodePort": func() bool {
			return get[*corev1.Service](t, w, "Service", "legacy", "intranet").Spec.Type == corev1.ServiceTypeNodePort
		},
		"legacy/intranet-db is in five pods": func() bool {
			n := 0
			for _, p := range w.pods {
				if slices.ContainsFunc(p.Spec.Volumes, func(v corev1.Volume) bool { return v.Secret != nil && v.Secret.SecretName == "intranet-db" }) {
					n++
				}
			}
			return n == 5
		},
		"legacy/intranet-db is in its own annotation": func() bool {
			return get[*corev1.Secret](t, w, "Secret", "legacy", "intranet-db").Annotations[corev1.LastAppliedConfigAnnotation] != ""
		},
		"legacy/intranet-tls expired": func() bool {
			c := get[*unstructured.Unstructured](t, w, "Certificate", "legacy", "intranet")
			s, _, _ := unstructured.NestedString(c.Object, "status", "notAfter")
			at, err := time.Parse(time.RFC3339, s)
			return err == nil && at.Before(Start)
		},
		"legacy/deployer-token is a year old": func() bool {
			s := get[*corev1.Secret](t, w, "Secret", "legacy", "deployer-token")
			at, err := time.Parse(time.DateOnly, s.Labels["kubernetes.io/legacy-token-last-used"])
			return err == nil && s.Type == corev1.SecretTypeServiceAccountToken && Start.Sub(at) > 365*24*time.Hour
		},
		"legacy/mysql blocks the drain of n5": func() bool {
			return get[*policyv1.PodDisruptionBudget](t, w, "PodDisruptionBudget", "legacy", "mysql").Status.DisruptionsAllowed == 0 &&
				get[*corev1.Pod](t, w, "Pod", "legacy", "mysql-0").Spec.NodeName == "n5"
		},
		"system:node-proxier reads ConfigMaps": func() bool {
			return allows(get[*rbacv1.ClusterRole](t, w, "ClusterRole", "", "system:node-proxier").Rules, "list", "configmaps")
		},
		"n5 is behind": func() bool {
			i := get[*corev1.Node](t, w, "Node", "", "n5").Status.NodeInfo
			return i.KubeletVersion == "v1.33.4" && strings.HasPrefix(i.ContainerRuntimeVersion, "containerd://1.6") && strings.HasPrefix(i.OSImage, "Ubuntu 20.04")
		},
		"n6 waits for a reboot": func() bool {
			n := get[*corev1.Node](t, w, "Node", "", "n6")
			return n.Annotations["weave.works/kured-reboot-in-progress"] != "" && n.Annotations["weave.works/kured-most-recent-reboot-needed"] != "" && n.Status.NodeInfo.KernelVersion != get[*corev1.Node](t, w, "Node", "", "n2").Status.NodeInfo.KernelVersion
		},
		"n1 is the control plane and n4 is for ci": func() bool {
			n1, n4 := get[*corev1.Node](t, w, "Node", "", "n1"), get[*corev1.Node](t, w, "Node", "", "n4")
			_, labelled := n1.Labels["node-role.kubernetes.io/control-plane"]
			return labelled && n1.Spec.Taints[0].Key == "node-role.kubernetes.io/control-plane" && n4.Spec.Taints[0].Value == "ci"
		},
	} {
		t.Run(name, func(t *testing.T) {
			if !holds() {
				t.Error("it does not hold")
			}
		})
	}
}

func ingressPolicies(t *testing.T, w *world, namespace, app string) []string {
	var names []string
	for _, o := range w.objects {
		np, ok := o.(*networkingv1.NetworkPolicy)
		if ok && np.Namespace == namespace && selector(t, &np.Spec.PodSelector).Matches(appLabel(app)) && slices.Contains(np.Spec.PolicyTypes, networkingv1.PolicyTypeIngress) {
			names = append(names, np.Name)
		}
	}
	return names
}

func binds(subjects []rbacv1.Subject, kind, name string) bool {
	return slices.ContainsFunc(subjects, func(s rbacv1.Subject) bool { return s.Kind == kind && s.Name == name })
}

func allows(rules []rbacv1.PolicyRule, verb, resource string) bool {
	return slices.ContainsFunc(rules, func(r rbacv1.PolicyRule) bool {
		return slices.Contains(r.Verbs, verb) && slices.Contains(r.Resources, resource)
	})
}

func ownsNode(s *corev1.PodSpec) bool {
	return *s.Containers[0].SecurityContext.Privileged && *s.SecurityContext.RunAsUser == 0 && s.Volumes[0].HostPath.Path == "/"
}

func appLabel(app string) labels.Set { return labels.Set{"app": app} }
