package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

func TestDetail(t *testing.T) {
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "web"}
	labelled := func(kv ...string) *corev1.Namespace {
		n := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{}}}
		for i := 0; i < len(kv); i += 2 {
			n.Labels[kv[i]] = kv[i+1]
		}
		return n
	}
	two := func(a, b string) *appsv1.Deployment {
		d := deployment(a, 1, false)
		d.Spec.Template.Spec.Containers = append(d.Spec.Template.Spec.Containers, corev1.Container{Name: "side", Image: b})
		return d
	}
	env := func(value string) *appsv1.Deployment {
		d := deployment("x:1", 1, false)
		d.Spec.Template.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "PASSWORD", Value: value}}
		return d
	}
	paused := deployment("x:1", 1, false)
	paused.Spec.Paused = true
	relabelled := deployment("x:1", 1, false)
	relabelled.Spec.Template.Labels = map[string]string{"app": "other"}
	again := deployment("x:1", 1, false)
	again.UID = "d2"
	suspended, yes := cronJob(), true
	suspended.Spec.Suspend = &yes
	cordoned := nodeOf("n1", "v1", true, 0)
	cordoned.Spec.Unschedulable = true
	rebooted := nodeOf("n1", "v1", true, 0)
	rebooted.Status.NodeInfo.BootID = "b2"
	binding := func(user, role string) *rbacv1.RoleBinding {
		return &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: []rbacv1.Subject{{Kind: "User", Name: user}}, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: role}}
	}
	wide := func(user string) *rbacv1.ClusterRoleBinding {
		return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Subjects: []rbacv1.Subject{{Kind: "User", Name: user}}, RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "edit"}}
	}
	secret := func(keys ...string) *corev1.Secret {
		s := &corev1.Secret{ObjectMeta: meta, Data: map[string][]byte{}}
		for _, k := range keys {
			s.Data[k] = []byte("hunter2")
		}
		return s
	}
	writtenAt := func(s int64) *corev1.Secret {
		o, at := secret("a"), metav1.NewTime(time.Unix(s, 0))
		o.ManagedFields = []metav1.ManagedFieldsEntry{{Time: &at, FieldsV1: metav1.NewFieldsV1(`{"f:data":{}}`)}}
		return o
	}
	config := func(k, v string) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{k: v}}
	}
	policy := func(p networkingv1.PolicyType) *networkingv1.NetworkPolicy {
		return &networkingv1.NetworkPolicy{ObjectMeta: meta, Spec: networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{p}}}
	}
	service := func(t corev1.ServiceType, ip string) *corev1.Service {
		return &corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Type: t}, Status: corev1.ServiceStatus{LoadBalancer: corev1.LoadBalancerStatus{Ingress: []corev1.LoadBalancerIngress{{IP: ip}}}}}
	}
	request := func(list ...certificatesv1.RequestConditionType) *certificatesv1.CertificateSigningRequest {
		r := &certificatesv1.CertificateSigningRequest{ObjectMeta: metav1.ObjectMeta{Name: "x"}}
		for _, c := range list {
			r.Status.Conditions = append(r.Status.Conditions, certificatesv1.CertificateSigningRequestCondition{Type: c})
		}
		return r
	}
	debugged := &corev1.Pod{ObjectMeta: meta, Spec: corev1.PodSpec{EphemeralContainers: []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "shell"}}}}}
	role2 := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "r"}, Rules: role("", "", "get").Rules}
	for _, c := range []struct {
		before, after apiruntime.Object
		want          string
	}{
		{deployment("x:1.4", 1, false), deployment("x:1.5", 1, false), "image 1.4 → 1.5"},
		{deployment("host:5000/x", 1, false), deployment("host:5000/x:2", 1, false), "image host:5000/x → host:5000/x:2"},
		{deployment("x:1", 1, false), deployment("evil/x:1", 1, false), "image x:1 → evil/x:1"},
		{deployment("x:1@sha256:0123456789abcdef", 1, false), deployment("x:1@sha256:fedcba9876543210", 1, false), "image sha256:0123456789ab → sha256:fedcba987654"},
		{deployment("x:1", 1, false), deployment("x:1", 1, true), "template changed"},
		{deployment("x:1", 1, false), deployment("x:2", 3, true), "image 1 → 2, template changed, replicas 1 → 3"},
		{two("x:1", "y:1"), two("x:2", "y:1"), "c: image 1 → 2"},
		{two("x:1", "y:1"), deployment("x:1", 1, false), "container side removed"},
		{deployment("x:1", 1, false), two("x:2", "y:1"), "c: image 1 → 2, container side added"},
		{env("hunter1"), env("hunter2"), "template changed"},
		{deployment("x:1", 1, false), relabelled, "template changed"},
		{deployment("x:1", 1, false), paused, "paused"},
		{deployment("x:1", 1, false), again, "replaced"},
		{cronJob(), suspended, "suspended"},
		{suspended, cronJob(), "resumed"},
		{&batchv1.Job{ObjectMeta: meta}, &batchv1.Job{ObjectMeta: meta, Status: batchv1.JobStatus{Active: 3}}, ""},
		{&corev1.Pod{ObjectMeta: meta}, debugged, "ephemeral container shell added"},
		{&corev1.Pod{ObjectMeta: meta}, &corev1.Pod{ObjectMeta: meta, Status: corev1.PodStatus{Phase: corev1.PodRunning}}, ""},
		{role("shop", "r", "get"), role("shop", "r", "list"), "rules changed, now: list pods"},
		{&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "r"}}, role2, "rules changed, now: get pods"},
		{binding("a", "r"), binding("b", "r"), "user:b → Role/r, no more: user:a → Role/r"},
		{binding("a", "r"), binding("a", "s"), "role Role/r → Role/s, user:a → Role/s"},
		{wide("a"), wide("b"), "user:b → ClusterRole/edit, no more: user:a → ClusterRole/edit"},
		{policy("Ingress"), policy("Egress"), "spec changed: isolates every pod: nothing out"},
		{labelled(), labelled("pod-security.kubernetes.io/enforce", "privileged", "x", "y"), "Pod Security: enforce privileged set"},
		{labelled("pod-security.kubernetes.io/enforce", "restricted", "pod-security.kubernetes.io/warn", "baseline"), labelled("pod-security.kubernetes.io/enforce", "baseline"),
			"Pod Security: enforce restricted → baseline, warn baseline removed"},
		{labelled("x", "y"), labelled("x", "z"), ""},
		{nodeOf("n1", "v1", true, 0), nodeOf("n1", "v1", false, 900), "not ready"},
		{nodeOf("n1", "v1", false, 900), nodeOf("n1", "v1", true, 930), "ready again"},
		{nodeOf("n1", "v1", false, 0), nodeOf("n1", "v1", true, 20), "ready"},
		{nodeOf("n1", "v1.36", true, 0), nodeOf("n1", "v1.37", true, 0), "kubelet v1.36 → v1.37"},
		{nodeOf("n1", "v1", true, 0), rebooted, "rebooted"},
		{nodeOf("n1", "v1", true, 0), cordoned, "cordoned"},
		{cordoned, nodeOf("n1", "v1", true, 0), "uncordoned"},
		{secret("a"), secret("b"), ""},
		{secret("a"), secret("a", "b"), "keys or type changed"},
		{writtenAt(5), writtenAt(9), "written anew"},
		{config("a", "1"), config("b", "1"), "keys changed"},
		{config("a", "1"), config("a", "hunter2"), "data changed"},
		{service("ClusterIP", ""), service("LoadBalancer", ""), "ClusterIP → LoadBalancer"},
		{service("LoadBalancer", ""), service("LoadBalancer", "192.0.2.1"), ""},
		{request(), request(certificatesv1.CertificateApproved), "approved"},
		{request(), request(certificatesv1.CertificateDenied), "denied"},
	} {
		got := detail(made(t, c.before.DeepCopyObject()), made(t, c.after.DeepCopyObject()))
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%T: %q, want %q", c.before, text, c.want)
		} else if strings.Contains(text, "hunter") {
			t.Errorf("%T: a value is told: %q", c.before, text)
		}
	}
}

// TestEveryKindHasWords holds that of every kind it is known what people write in it, and that labels alone are no change.
func TestEveryKindHasWords(t *testing.T) {
	w := newWorld(t, 21)
	kinds := map[string]bool{}
	for range 3000 {
		r := made(t, w.object())
		kinds[r.Ref().Kind] = true
		other := r.DeepCopyObject().(model.Record)
		other.SetLabels(map[string]string{"touched": "yes"})
		if words := detail(r, other); len(words) > 0 && r.Ref().Kind != "Namespace" {
			t.Fatalf("%v: labels alone give %q", r.Ref(), words)
		}
		told := []string{"Pod", "Secret", "Service", "NetworkPolicy", "ConfigMap", "Namespace", "Node", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "CertificateSigningRequest", "EndpointSlice",
			"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob", "VulnerabilityReport", "ImageScan"}
		if part, _ := written(r); (part != nil) == slices.Contains(told, r.Ref().Kind) {
			t.Fatalf("%v: written gives %v", r.Ref(), part)
		}
	}
	if len(kinds) < 35 {
		t.Errorf("only %d kinds were tried", len(kinds))
	}
}
