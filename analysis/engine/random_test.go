package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/catalogue"
	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/record"
)

// testNow is the moment at which tests judge.
var testNow = time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)

// world makes random changes to a small cluster, so that the same objects are made, changed, reowned and deleted over
// and over. Names repeat across kinds and namespaces on purpose.
type world struct {
	*rand.Rand
	t     testing.TB
	clock int
	// honest worlds hold no object that names a controller which would not make it.
	honest bool
}

func newWorld(t testing.TB, seed uint64) *world {
	return &world{Rand: rand.New(rand.NewPCG(seed, 17)), t: t}
}

func (w *world) pick(list ...string) string { return list[w.IntN(len(list))] }
func (w *world) namespace() string          { return w.pick("default", "shop", "data", "kube-system") }
func (w *world) yes() *bool                 { b := w.IntN(2) == 0; return &b }

// change gives one random change.
func (w *world) change() model.Change {
	obj := w.object()
	w.clock++
	m := obj.(metav1.Object)
	if s, ok := obj.(*record.Scan); ok {
		if w.IntN(4) == 0 {
			return model.Drop(s.Ref())
		}
		return model.Put(s)
	}
	m.SetUID(types.UID(w.pick("", "u1", "u2")))
	m.SetCreationTimestamp(metav1.NewTime(testNow.Add(time.Duration(w.IntN(100000)-100000) * time.Second)))
	m.SetResourceVersion(fmt.Sprint(w.clock))
	r, err := record.Maker{Inspector: detect.Default()}.Make(obj)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.IntN(4) == 0 {
		return model.Drop(r.Ref())
	}
	return model.Put(r)
}

// object gives a random object of a random kind.
func (w *world) object() runtime.Object {
	meta := metav1.ObjectMeta{Namespace: w.namespace(), Name: w.pick("a", "b", "c", "d")}
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": meta.Name}}, Spec: w.podSpec()}
	replicas := int32(w.IntN(3))
	if w.IntN(8) == 0 && !w.honest {
		w.claim(&meta)
	}
	switch w.IntN(34) {
	case 31, 32, 33:
		return w.machine(meta)
	case 27, 28, 29:
		return w.evidence(meta)
	case 30:
		return &corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"password": w.pick("h7Kq2Lw9Zx4V", "")}}
	case 16, 17, 18, 19:
		return w.door(meta)
	case 20:
		return w.credential(meta)
	case 22, 23, 24, 25:
		return w.barrier(meta)
	case 0:
		meta.Name, meta.Namespace = meta.Namespace, ""
		if w.IntN(2) == 0 {
			meta.Labels = map[string]string{"env": w.pick("prod", "dev"), "pod-security.kubernetes.io/enforce": w.pick("privileged", "baseline", "restricted", "odd"), "pod-security.kubernetes.io/enforce-version": w.pick("latest", "v1.30", "x")}
		}
		return &corev1.Namespace{ObjectMeta: meta}
	case 1, 2:
		return &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &replicas, Template: template}}
	case 3:
		if w.IntN(4) > 0 {
			w.own(&meta, "apps/v1", "Deployment")
		}
		return &appsv1.ReplicaSet{ObjectMeta: meta, Spec: appsv1.ReplicaSetSpec{Replicas: &replicas, Template: template}}
	case 4:
		return &appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Template: template}}
	case 5:
		return &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Replicas: &replicas, Template: template}}
	case 6:
		if w.IntN(4) > 0 {
			w.own(&meta, "batch/v1", "CronJob")
		}
		return &batchv1.Job{ObjectMeta: meta, Spec: batchv1.JobSpec{Template: template}}
	case 7:
		return &batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template}}}}
	case 8:
		return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: meta.Namespace, Name: w.account()}, AutomountServiceAccountToken: w.yes()}
	case 9:
		return &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: w.subjects(), RoleRef: w.roleRef()}
	case 10:
		meta.Namespace = ""
		return &rbacv1.ClusterRoleBinding{ObjectMeta: meta, Subjects: w.subjects(), RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: w.pick("a", "b")}}
	case 11:
		if w.IntN(2) == 0 {
			return &rbacv1.Role{ObjectMeta: meta, Rules: w.rules()}
		}
		meta.Namespace = ""
		role := &rbacv1.ClusterRole{ObjectMeta: meta, Rules: w.rules()}
		switch w.IntN(3) {
		case 0:
			role.Labels = map[string]string{"aggregate": "yes"}
		case 1:
			role.Rules = nil
			role.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"aggregate": "yes"}}}}
		}
		return role
	case 12:
		return w.other(meta)
	}
	return w.pod(meta)
}

// other gives an object of a kind that no analyser of this version judges by itself.
func (w *world) other(meta metav1.ObjectMeta) runtime.Object {
	meta.Labels = map[string]string{"app": w.pick("a", "b")}
	cluster := meta
	cluster.Namespace = ""
	all := [...]runtime.Object{
		&corev1.ConfigMap{ObjectMeta: meta}, &corev1.LimitRange{ObjectMeta: meta},
		&corev1.ResourceQuota{ObjectMeta: meta}, &corev1.PersistentVolumeClaim{ObjectMeta: meta}, &corev1.ReplicationController{ObjectMeta: meta},
		&discoveryv1.EndpointSlice{ObjectMeta: meta}, &networkingv1.NetworkPolicy{ObjectMeta: meta},
		&policyv1.PodDisruptionBudget{ObjectMeta: meta}, &corev1.Node{ObjectMeta: cluster}, &corev1.PersistentVolume{ObjectMeta: cluster},
		&networkingv1.IngressClass{ObjectMeta: cluster}, &storagev1.StorageClass{ObjectMeta: cluster}, &nodev1.RuntimeClass{ObjectMeta: cluster},
		&admissionv1.ValidatingWebhookConfiguration{ObjectMeta: cluster},
		&admissionv1.MutatingWebhookConfiguration{ObjectMeta: cluster}, &admissionv1.ValidatingAdmissionPolicy{ObjectMeta: cluster},
		&admissionv1.ValidatingAdmissionPolicyBinding{ObjectMeta: cluster}, &admissionv1.MutatingAdmissionPolicy{ObjectMeta: cluster},
		&admissionv1.MutatingAdmissionPolicyBinding{ObjectMeta: cluster}, custom("CustomResourceDefinition", cluster), custom("APIService", cluster),
	}
	return all[w.IntN(len(all))]
}

// door gives what leads from outside into a namespace.
func (w *world) door(meta metav1.ObjectMeta) runtime.Object {
	if w.IntN(3) == 0 {
		return &networkingv1.Ingress{ObjectMeta: meta, Spec: networkingv1.IngressSpec{DefaultBackend: &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: w.pick("a", "b", "c", "d")}}}}
	}
	s := &corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Type: corev1.ServiceType(w.pick("ClusterIP", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"))}}
	if w.IntN(5) > 0 {
		s.Spec.Selector = map[string]string{"app": w.pick("a", "b", "c", "d")}
	}
	if w.IntN(6) == 0 {
		s.Spec.ExternalIPs = []string{"192.0.2.1"}
	}
	return s
}

// credential gives what stands for an identity, and what maps one to an administrator.
func (w *world) credential(meta metav1.ObjectMeta) runtime.Object {
	switch w.IntN(4) {
	case 0:
		meta.Name, meta.Namespace = "aws-auth", "kube-system"
		return &corev1.ConfigMap{ObjectMeta: meta}
	case 1:
		meta.Namespace = ""
		csr := &certificatesv1.CertificateSigningRequest{ObjectMeta: meta, Spec: certificatesv1.CertificateSigningRequestSpec{SignerName: w.pick(certificatesv1.KubeAPIServerClientSignerName, "example.io/x")}}
		if w.IntN(2) == 0 {
			csr.Status.Certificate = []byte("x")
		}
		return csr
	}
	if w.IntN(4) == 0 {
		meta.Labels = map[string]string{w.pick("kubernetes.io/legacy-token-last-used", "kubernetes.io/legacy-token-invalid-since"): "2026-01-01"}
	}
	if w.IntN(4) == 0 {
		meta.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: "{}"}
	}
	return &corev1.Secret{ObjectMeta: meta, Type: corev1.SecretType(w.pick("Opaque", "kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"))}
}

// custom gives an object of a kind that is read without its Go type.
func custom(kind string, meta metav1.ObjectMeta) runtime.Object {
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(model.KindByName(kind).GVK())
	u.SetName(meta.Name)
	u.SetLabels(meta.Labels)
	return u
}

func (w *world) pod(meta metav1.ObjectMeta) *corev1.Pod {
	meta.Name = fmt.Sprintf("%s-%d", meta.Name, w.IntN(4))
	p := &corev1.Pod{ObjectMeta: meta, Spec: w.podSpec()}
	if w.IntN(5) > 0 {
		owners := [][2]string{{"apps/v1", "ReplicaSet"}, {"apps/v1", "ReplicaSet"}, {"apps/v1", "DaemonSet"}, {"apps/v1", "StatefulSet"}, {"batch/v1", "Job"}, {"example.com/v1", "Rollout"}}
		o := owners[w.IntN(len(owners))]
		w.own(&p.ObjectMeta, o[0], o[1])
	}
	if w.IntN(12) == 0 {
		p.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
	}
	p.Spec.NodeName = w.pick("n1", "n2", "")
	if w.IntN(2) == 0 {
		p.Labels = map[string]string{"app": w.pick("a", "b", "c", "d")}
	}
	if w.IntN(8) == 0 {
		p.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 80}}
	}
	if w.IntN(8) == 0 {
		p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: w.pick("kube-api-access-x7k2p", "mine"), VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
			Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token", Audience: w.pick("", "vault")}}}}}})
	}
	if w.IntN(4) > 0 {
		p.Status.PodIPs = []corev1.PodIP{{IP: fmt.Sprintf("10.0.0.%d", w.IntN(9))}}
	}
	if w.IntN(6) == 0 {
		p.Spec.Containers[0].Ports = append(p.Spec.Containers[0].Ports, corev1.ContainerPort{Name: "http", ContainerPort: 81})
	}
	p.Status.Phase = corev1.PodPhase(w.pick("Running", "Running", "Pending", "Succeeded", "Failed"))
	if w.IntN(6) == 0 {
		p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", SecurityContext: w.securityContext()}}}
		started := metav1.NewTime(testNow.Add(-time.Duration(w.IntN(300)) * time.Minute))
		p.Status.EphemeralContainerStatuses = []corev1.ContainerStatus{{Name: "debug", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: started}}}}
	}
	w.run(p)
	return p
}

func (w *world) own(meta *metav1.ObjectMeta, apiVersion, kind string) {
	yes := true
	meta.OwnerReferences = []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: w.pick("a", "b", "c"), UID: types.UID(w.pick("", "", "u1", "u2")), Controller: &yes}}
}

// claim names a controller as only an attacker or an accident would: of any kind, often the object itself or one that in
// turn claims it.
func (w *world) claim(meta *metav1.ObjectMeta) {
	kinds := [][2]string{{"v1", "ConfigMap"}, {"v1", "Pod"}, {"v1", "Node"}, {"v1", "Namespace"}, {"apps/v1", "Deployment"}, {"apps/v1", "ReplicaSet"}, {"extensions/v1beta1", "ReplicaSet"},
		{"apps/v1", "StatefulSet"}, {"apps/v1", "DaemonSet"}, {"batch/v1", "Job"}, {"batch/v1", "CronJob"}, {"v1", "ReplicationController"}, {"a/b/c", "Job"}, {"", ""}, {"example.com/v1", "Rollout"}}
	k := kinds[w.IntN(len(kinds))]
	w.own(meta, k[0], k[1])
}

func (w *world) account() string { return w.pick("default", "web", "default", "ops") }

func (w *world) podSpec() corev1.PodSpec {
	spec := corev1.PodSpec{ServiceAccountName: w.account(), HostPID: w.IntN(6) == 0, HostNetwork: w.IntN(6) == 0}
	if w.IntN(2) == 0 {
		spec.AutomountServiceAccountToken = w.yes()
	}
	if w.IntN(3) == 0 {
		spec.SecurityContext = &corev1.PodSecurityContext{RunAsNonRoot: w.yes(), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}}
	}
	for i := range 1 + w.IntN(2) {
		spec.Containers = append(spec.Containers, corev1.Container{Name: fmt.Sprintf("c%d", i), Image: w.image(), SecurityContext: w.securityContext()})
	}
	if w.IntN(4) == 0 {
		spec.InitContainers = []corev1.Container{{Name: "init", SecurityContext: w.securityContext()}}
	}
	if w.IntN(4) == 0 {
		spec.Volumes = []corev1.Volume{{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: w.pick("/", "/data", "/var/run/docker.sock")}}}}
		spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "host", MountPath: "/host", ReadOnly: *w.yes()}}
	}
	w.leak(&spec)
	return spec
}

func (w *world) securityContext() *corev1.SecurityContext {
	if w.IntN(3) == 0 {
		return nil
	}
	c := &corev1.SecurityContext{Privileged: w.yes(), AllowPrivilegeEscalation: w.yes(), RunAsNonRoot: w.yes(), ReadOnlyRootFilesystem: w.yes()}
	if w.IntN(2) == 0 {
		c.Capabilities = &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}
	}
	return c
}

func (w *world) subjects() []rbacv1.Subject {
	all := []rbacv1.Subject{
		{Kind: "ServiceAccount", Namespace: w.namespace(), Name: w.account()},
		{Kind: "User", APIGroup: model.GroupRBAC, Name: "system:serviceaccount:" + w.namespace() + ":" + w.account()},
		{Kind: "Group", APIGroup: model.GroupRBAC, Name: w.pick("system:serviceaccounts", "system:serviceaccounts:"+w.namespace(), "system:authenticated", "dev")},
	}
	w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:w.IntN(3)]
}

func (w *world) roleRef() rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: w.pick("Role", "ClusterRole"), Name: w.pick("a", "b", "c")}
}

// rules gives rules of which few are harmless, some need each other, and some lead on.
func (w *world) rules() []rbacv1.PolicyRule {
	all := []rbacv1.PolicyRule{
		{NonResourceURLs: []string{"/healthz"}, Verbs: []string{"get"}},
		{APIGroups: []string{"authorization.k8s.io"}, Resources: []string{"selfsubjectaccessreviews"}, Verbs: []string{"create"}},
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"get"}},
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get"}, ResourceNames: []string{"a"}},
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"create"}},
		{APIGroups: []string{""}, Resources: []string{"pods", "pods/exec"}, Verbs: []string{w.pick("create", "get", "patch")}},
		{APIGroups: []string{""}, Resources: []string{"serviceaccounts/token"}, Verbs: []string{"create"}, ResourceNames: []string{"web"}},
		{APIGroups: []string{"apps"}, Resources: []string{"*"}, Verbs: []string{"*"}},
		{APIGroups: []string{model.GroupRBAC}, Resources: []string{"rolebindings", "clusterroles"}, Verbs: []string{w.pick("create", "bind", "escalate")}},
		{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"update"}},
		{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{w.pick("*", "get", "impersonate")}},
	}
	w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:w.IntN(4)]
}

// coverage gives the coverage of all kinds as complete, but for one that may be denied.
func (w *world) coverage(state model.CoverState) []model.Coverage {
	var list []model.Coverage
	for _, k := range model.Kinds() {
		list = append(list, model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	list[w.IntN(len(list))] = model.Coverage{Kind: model.Kinds()[w.IntN(len(list))].GroupKind(), State: state, Reason: "not permitted"}
	return list
}

func rules(t testing.TB) catalogue.Set {
	t.Helper()
	set, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}
