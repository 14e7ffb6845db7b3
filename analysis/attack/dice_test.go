package attack

import (
	"fmt"
	"math/rand/v2"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// dice throws objects of a small cluster in which there is much to attack.
type dice struct {
	*rand.Rand
	// spaces are the namespaces.
	spaces []string
}

func newDice(seed uint64, spaces ...string) *dice {
	return &dice{rand.New(rand.NewPCG(seed, 17)), spaces}
}

func (d *dice) of(list ...string) string { return list[d.IntN(len(list))] }
func (d *dice) one(in int) bool          { return d.IntN(in) == 0 }
func (d *dice) space() string            { return d.of(d.spaces...) }

func (d *dice) meta(names ...string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: d.space(), Name: d.of(names...)}
}

// object throws an object of whatever kind.
func (d *dice) object() runtime.Object {
	throws := [...]func() runtime.Object{
		d.pod, d.pod, d.pod, d.pod, d.owner, d.owner, d.owner, d.account, d.account, d.secret, d.secret, d.node, d.namespace, d.role, d.role, d.role,
		d.binding, d.binding, d.binding, d.service, d.ingress, d.policy, d.hook, d.config, d.guard,
	}
	return throws[d.IntN(len(throws))]()
}

func (d *dice) namespace() runtime.Object {
	o := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: d.space()}}
	if level := d.of("", "", "privileged", "baseline", "restricted"); level != "" {
		o.Labels = map[string]string{"pod-security.kubernetes.io/enforce": level}
	}
	return o
}

func (d *dice) node() runtime.Object {
	o := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: d.of("n1", "n2", "n3")}}
	if d.one(4) {
		o.Labels = map[string]string{d.of("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"): ""}
	}
	if d.one(5) {
		o.Spec.Taints = []corev1.Taint{{Key: d.of("own", corev1.TaintNodeUnschedulable), Effect: corev1.TaintEffectNoSchedule}}
	}
	o.Spec.ProviderID = d.of("", "", "aws:///eu/i-1", "kind://docker/n1")
	return o
}

func (d *dice) account() runtime.Object {
	o := &corev1.ServiceAccount{ObjectMeta: d.meta("default", "s1", "s2")}
	if d.one(3) {
		b := d.one(2)
		o.AutomountServiceAccountToken = &b
	}
	if d.one(5) {
		o.Annotations = map[string]string{"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/" + d.of("x", "y")}
	}
	return o
}

func (d *dice) secret() runtime.Object {
	o := &corev1.Secret{ObjectMeta: d.meta("x1", "x2", "x3"), Type: corev1.SecretTypeOpaque}
	switch d.IntN(5) {
	case 0:
		o.Type = corev1.SecretTypeServiceAccountToken
		o.Annotations = map[string]string{corev1.ServiceAccountNameKey: d.of("s1", "s2", "ghost")}
		if d.one(4) {
			o.Labels = map[string]string{"kubernetes.io/legacy-token-invalid-since": "2026-01-01"}
		}
	case 1:
		o.Type, o.Name = corev1.SecretTypeBootstrapToken, d.of("bootstrap-token-abcdef", "x3")
	}
	return o
}

// spec throws the spec of a pod.
func (d *dice) spec() corev1.PodSpec {
	yes, no := true, false
	s := corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "x:1"}}}
	c := &s.Containers[0]
	s.ServiceAccountName = d.of("", "default", "s1", "s2", "ghost")
	if d.one(4) {
		mounts := d.one(2)
		s.AutomountServiceAccountToken = &mounts
	}
	switch d.IntN(4) {
	case 0:
		s.Volumes = append(s.Volumes, tokenVolumeOf("kube-api-access-"+d.of("x", "y"), ""))
	case 1:
		s.Volumes = append(s.Volumes, tokenVolumeOf("t", d.of("", "vault", "https://kubernetes.default.svc")))
	}
	switch d.IntN(8) {
	case 0:
		c.SecurityContext = &corev1.SecurityContext{Privileged: &yes}
	case 1:
		s.HostPID = true
	case 2:
		s.Volumes = append(s.Volumes, corev1.Volume{Name: "h", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: d.of("/", "/var/lib/kubelet/pods", "/etc/kubernetes/pki", "/var/run/docker.sock", "/etc/shadow")}}})
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: "h", MountPath: "/h", ReadOnly: d.one(2)})
	case 3:
		c.SecurityContext = &corev1.SecurityContext{Privileged: &yes}
		s.HostUsers = &no
	case 4:
		s.HostNetwork = true
	}
	name := d.of("x1", "x2", "gone")
	switch d.IntN(8) {
	case 0:
		s.Volumes = append(s.Volumes, corev1.Volume{Name: "s", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: name}}})
	case 1:
		c.EnvFrom = append(c.EnvFrom, corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}}})
	case 2:
		s.ImagePullSecrets = append(s.ImagePullSecrets, corev1.LocalObjectReference{Name: name})
	}
	c.Ports = []corev1.ContainerPort{{Name: d.of("web", "other"), ContainerPort: 80}}
	if d.one(8) {
		c.Ports[0].HostPort = 80
	}
	return s
}

func tokenVolumeOf(name, audience string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
		{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Audience: audience, Path: "token"}}}}}}
}

// owners are what claims an owner may claim.
var owners = []struct{ api, kind, name string }{
	{"apps/v1", "ReplicaSet", "web-1"}, {"apps/v1", "ReplicaSet", "web-1"}, {"apps/v1", "DaemonSet", "agent"}, {"apps/v1", "DaemonSet", "agent"}, {"batch/v1", "Job", "nightly-1"},
	{"apps/v1", "Deployment", "web"}, {"batch/v1", "CronJob", "nightly"}, {"argoproj.io/v1alpha1", "Rollout", "roll"}, {"v1", "ConfigMap", "c"},
}

func (d *dice) owned(m *metav1.ObjectMeta, by int) {
	yes := true
	o := owners[by]
	m.OwnerReferences = []metav1.OwnerReference{{APIVersion: o.api, Kind: o.kind, Name: o.name, UID: types.UID(d.of("", "u1", "u1", "u2")), Controller: &yes}}
}

func (d *dice) pod() runtime.Object {
	o := &corev1.Pod{ObjectMeta: d.meta("p1", "p2", "p3", "p4", "p5"), Spec: d.spec()}
	if !d.one(3) {
		d.owned(&o.ObjectMeta, d.IntN(len(owners)))
	}
	if d.one(12) {
		o.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
	}
	if d.one(10) {
		yes := d.one(2)
		o.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "e", Image: "x:1", SecurityContext: &corev1.SecurityContext{Privileged: &yes}}}}
	}
	o.Labels = map[string]string{"app": d.of("web", "web", "hook")}
	o.Spec.NodeName = d.of("", "n1", "n2", "n3", "n3")
	o.Status.Phase = corev1.PodPhase(d.of("Running", "Running", "Running", "Pending", "Succeeded"))
	o.Status.PodIPs = []corev1.PodIP{{IP: fmt.Sprint("10.0.0.", 1+d.IntN(200))}}
	o.Status.PodIP = o.Status.PodIPs[0].IP
	return o
}

func (d *dice) template() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": d.of("web", "hook")}}, Spec: d.spec()}
}

func (d *dice) owner() runtime.Object {
	uid := types.UID(d.of("", "u1", "u1", "u2"))
	n := int32(d.IntN(3))
	m := d.meta("web")
	m.UID = uid
	switch d.IntN(7) {
	case 0, 1:
		return &appsv1.Deployment{ObjectMeta: m, Spec: appsv1.DeploymentSpec{Replicas: &n, Template: d.template()}}
	case 2, 3:
		m.Name = "web-1"
		if !d.one(4) {
			d.owned(&m, d.IntN(len(owners)))
			m.OwnerReferences[0].APIVersion, m.OwnerReferences[0].Kind, m.OwnerReferences[0].Name = "apps/v1", "Deployment", "web"
		}
		return &appsv1.ReplicaSet{ObjectMeta: m, Spec: appsv1.ReplicaSetSpec{Replicas: &n, Template: d.template()}, Status: appsv1.ReplicaSetStatus{Replicas: n}}
	case 4:
		m.Name = "agent"
		return &appsv1.DaemonSet{ObjectMeta: m, Spec: appsv1.DaemonSetSpec{Template: d.template()}}
	case 5:
		m.Name = "nightly-1"
		if d.one(2) {
			d.owned(&m, 6)
		}
		o := &batchv1.Job{ObjectMeta: m, Spec: batchv1.JobSpec{Template: d.template()}}
		if d.one(3) {
			o.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
		}
		return o
	}
	m.Name = "nightly"
	suspended := d.one(3)
	return &batchv1.CronJob{ObjectMeta: m, Spec: batchv1.CronJobSpec{Suspend: &suspended, JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: d.template()}}}}
}

// telling are rules that lead somewhere, or nearly.
var telling = []string{
	"get secrets", "get secrets =x1", "list secrets", "create secrets", "create serviceaccounts", "create serviceaccounts/token", "create serviceaccounts/token =s1",
	"impersonate serviceaccounts", "impersonate serviceaccounts =s2", "impersonate users", "impersonate users =u2", "impersonate groups =system:masters", "impersonate groups =g1",
	"create pods", "create pods/exec", "create pods/exec =p1", "get pods/exec", "update pods", "patch pods =p2", "create pods/attach", "update pods/ephemeralcontainers",
	"create apps:deployments", "patch apps:deployments =web", "patch apps:deployments", "patch apps:daemonsets,batch:cronjobs", "get nodes/proxy =n2", "patch namespaces",
	"create certificates.k8s.io:certificatesigningrequests/nodeclient", "create apps:replicasets", "create batch:jobs", "get nodes/proxy", "create nodes/proxy =n1", "create persistentvolumes",
	"create persistentvolumeclaims", "create,update rbac.authorization.k8s.io:rolebindings", "bind rbac.authorization.k8s.io:clusterroles",
	"bind rbac.authorization.k8s.io:clusterroles =c1", "create rbac.authorization.k8s.io:clusterrolebindings", "escalate,update rbac.authorization.k8s.io:roles",
	"escalate,update rbac.authorization.k8s.io:clusterroles", "* *:*", "get pods", "create pods/portforward", "get pods/proxy", "create workflows", "create argoproj.io:workflows",
	"create admissionregistration.k8s.io:mutatingwebhookconfigurations", "create admissionregistration.k8s.io:validatingwebhookconfigurations",
	"update configmaps =aws-auth", "update configmaps =coredns", "update namespaces", "use security.openshift.io:securitycontextconstraints =privileged",
	"create certificates.k8s.io:certificatesigningrequests", "update certificates.k8s.io:certificatesigningrequests/approval", "approve certificates.k8s.io:signers =kubernetes.io/kube-apiserver-client",
	"impersonate:serviceaccount authentication.k8s.io:serviceaccounts", "impersonate:arbitrary-node authentication.k8s.io:nodes =n1", "impersonate-on:serviceaccount:get,impersonate-on:arbitrary-node:get pods",
}

// ruleOf reads a rule: verbs, then resources with their groups, then = and a name.
func ruleOf(text string) rbacv1.PolicyRule {
	words := strings.Fields(text)
	r := rbacv1.PolicyRule{Verbs: strings.Split(words[0], ",")}
	for _, one := range strings.Split(words[1], ",") {
		group, resource, ok := strings.Cut(one, ":")
		if !ok {
			group, resource = "", one
		}
		r.APIGroups, r.Resources = append(r.APIGroups, group), append(r.Resources, resource)
	}
	for _, name := range words[2:] {
		r.ResourceNames = append(r.ResourceNames, strings.TrimPrefix(name, "="))
	}
	return r
}

func (d *dice) rules() []rbacv1.PolicyRule {
	var list []rbacv1.PolicyRule
	for range 1 + d.IntN(2) {
		text := telling[d.IntN(len(telling))]
		if text == "* *:*" && !d.one(3) {
			text = "get pods"
		}
		list = append(list, ruleOf(text))
	}
	return list
}

func (d *dice) role() runtime.Object {
	if d.one(2) {
		o := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: d.of("c1", "c2", "c3")}, Rules: d.rules()}
		if d.one(4) {
			o.Labels = map[string]string{"gather": "yes"}
		}
		if o.Name == "c3" && d.one(2) {
			o.Rules = nil
			o.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"gather": "yes"}}}}
		}
		return o
	}
	return &rbacv1.Role{ObjectMeta: d.meta("r1", "r2"), Rules: d.rules()}
}

func (d *dice) subject() rbacv1.Subject {
	if d.one(2) {
		return rbacv1.Subject{Kind: "ServiceAccount", Namespace: d.space(), Name: d.of("default", "s1", "s2", "ghost")}
	}
	if d.one(2) {
		return rbacv1.Subject{Kind: "User", APIGroup: model.GroupRBAC, Name: d.of("u1", "u2", "system:node:n1", "system:node:n9", "system:serviceaccount:"+d.space()+":s1", "system:anonymous")}
	}
	return rbacv1.Subject{Kind: "Group", APIGroup: model.GroupRBAC, Name: d.of("g1", "g2", "system:serviceaccounts", "system:serviceaccounts:"+d.space(), "system:authenticated", "system:unauthenticated", "system:masters", "system:nodes", "system:bootstrappers")}
}

func (d *dice) binding() runtime.Object {
	var who []rbacv1.Subject
	for range 1 + d.IntN(2) {
		who = append(who, d.subject())
	}
	if d.one(3) {
		return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: d.of("w1", "w2", "w3")}, Subjects: who,
			RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: d.of("c1", "c2", "c3")}}
	}
	ref := rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "Role", Name: d.of("r1", "r2")}
	if d.one(3) {
		ref.Kind, ref.Name = "ClusterRole", d.of("c1", "c2", "c3")
	}
	return &rbacv1.RoleBinding{ObjectMeta: d.meta("b1", "b2", "b3"), Subjects: who, RoleRef: ref}
}

func (d *dice) service() runtime.Object {
	o := &corev1.Service{ObjectMeta: d.meta("front", "back"), Spec: corev1.ServiceSpec{Type: corev1.ServiceType(d.of("LoadBalancer", "LoadBalancer", "NodePort", "ClusterIP")),
		Selector: map[string]string{"app": d.of("web", "hook")}, Ports: []corev1.ServicePort{{Port: 80}}}}
	if o.Spec.Type == corev1.ServiceTypeLoadBalancer && d.one(2) {
		o.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "198.51.100.7"}}
	}
	if d.one(4) {
		o.Annotations = map[string]string{"networking.gke.io/load-balancer-type": "Internal"}
	}
	if d.one(4) {
		o.Spec.LoadBalancerSourceRanges = []string{d.of("10.0.0.0/8", "0.0.0.0/0", "203.0.113.0/24")}
	}
	return o
}

func (d *dice) ingress() runtime.Object {
	prefix := networkingv1.PathTypePrefix
	return &networkingv1.Ingress{ObjectMeta: d.meta("in"), Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{Host: "a.example", IngressRuleValue: networkingv1.IngressRuleValue{
		HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{Path: "/", PathType: &prefix, Backend: networkingv1.IngressBackend{
			Service: &networkingv1.IngressServiceBackend{Name: d.of("front", "back"), Port: networkingv1.ServiceBackendPort{Number: 80}}}}}}}}}}}
}

func (d *dice) policy() runtime.Object {
	o := &networkingv1.NetworkPolicy{ObjectMeta: d.meta("np"), Spec: networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{"Ingress"}}}
	if d.one(2) {
		o.Spec.PodSelector.MatchLabels = map[string]string{"app": "web"}
	}
	switch d.IntN(4) {
	case 0:
		o.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{}}
	case 1:
		o.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: d.of("10.0.0.0/8", "0.0.0.0/0")}}}}}
	}
	return o
}

func (d *dice) hook() runtime.Object {
	h := admissionv1.MutatingWebhook{Name: "h.example", ClientConfig: admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: d.space(), Name: d.of("front", "back")}},
		Rules: []admissionv1.RuleWithOperations{{Operations: []admissionv1.OperationType{admissionv1.OperationType(d.of("CREATE", "CREATE", "*", "UPDATE"))},
			Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{d.of("pods", "pods", "*", "secrets", "pods/*")}}}}}
	if d.one(4) {
		h.NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}
	}
	return &admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: d.of("hook1", "hook2")}, Webhooks: []admissionv1.MutatingWebhook{h}}
}

func (d *dice) guard() runtime.Object {
	h := admissionv1.ValidatingWebhook{Name: "g.example", Rules: []admissionv1.RuleWithOperations{{Operations: []admissionv1.OperationType{"CREATE"},
		Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{d.of("pods", "pods", "secrets")}}}}}
	if d.one(2) {
		h.NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": d.space()}}
	}
	return &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "guard"}, Webhooks: []admissionv1.ValidatingWebhook{h}}
}

func (d *dice) config() runtime.Object {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "aws-auth"}}
}
