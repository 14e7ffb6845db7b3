package engine

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/record"
)

// The images of the random worlds: few names and few digests, so that tags move and reports are of what runs and of what does not.
func (w *world) image() string {
	return w.pick("x", "registry.example/a:1", "registry.example/a:1@"+w.digest(), "k8s.gcr.io/pause:3.9", "registry.example/b", "aquasec/trivy:0.69.5", ":bad:")
}

func (w *world) digest() string { return "sha256:" + fmt.Sprintf("%064d", w.IntN(4)) }

func (w *world) imageID() string {
	return w.pick("", "registry.example/a@"+w.digest(), "docker-pullable://registry.example/b@"+w.digest(), w.digest(), "odd")
}

// run gives a pod statuses, which name what really runs.
func (w *world) run(p *corev1.Pod) {
	if w.IntN(5) == 0 {
		return
	}
	for i := range p.Spec.Containers {
		s := corev1.ContainerStatus{Name: p.Spec.Containers[i].Name, ImageID: w.imageID()}
		if w.IntN(4) > 0 {
			s.State.Running = &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(testNow.Add(-time.Hour))}
		}
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, s)
	}
	if w.IntN(8) == 0 {
		p.Annotations = map[string]string{"kyverno.io/verify-images": `{"registry.example/a@` + w.digest() + `":"` + w.pick("pass", "fail") + `"}`}
	}
	if w.IntN(6) == 0 {
		p.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: w.pick("a", "b", "c")}}
	}
}

// evidence gives what tells of images and of Secrets besides the pods.
func (w *world) evidence(meta metav1.ObjectMeta) runtime.Object {
	cluster := meta
	cluster.Namespace = ""
	switch w.IntN(8) {
	case 0:
		n := &corev1.Node{ObjectMeta: cluster}
		n.Name = w.pick("n1", "n2")
		n.Status.NodeInfo.Architecture = w.pick("amd64", "arm64")
		n.Status.Images = []corev1.ContainerImage{{Names: []string{"registry.example/a@" + w.digest(), "registry.example/a:1", "registry.example/a@" + w.digest()}, SizeBytes: 7}}
		return n
	case 1:
		return w.untyped(meta, model.GroupCertManager, "Certificate", map[string]any{
			"spec": map[string]any{"secretName": w.pick("a", "b", "c")}, "status": map[string]any{"notAfter": w.pick("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z")},
		})
	case 2:
		return w.untyped(meta, model.GroupExternalSecrets, "ExternalSecret", map[string]any{"spec": map[string]any{"target": map[string]any{"name": w.pick("a", "b", "c")}}})
	case 3:
		return w.untyped(cluster, model.GroupGatekeeper, "K8sAllowedRepos", map[string]any{"spec": map[string]any{"parameters": map[string]any{"repos": []any{w.pick("registry.example", "registry.example/")}}}})
	case 4:
		return w.untyped(cluster, model.GroupKyverno, "ClusterPolicy", map[string]any{"spec": map[string]any{"validationFailureAction": w.pick("Audit", "Enforce"), "rules": []any{map[string]any{
			"name":         "signed",
			"match":        map[string]any{"any": []any{map[string]any{"resources": map[string]any{"kinds": []any{"Pod"}, "namespaces": []any{w.namespace()}}}}},
			"verifyImages": []any{map[string]any{"imageReferences": []any{w.pick("*", "registry.example/*")}}},
		}}}})
	}
	s := &record.Scan{
		Source: w.pick(record.SourceTrivyOperator, record.SourceGrype), Scanned: testNow.Add(-time.Duration(w.IntN(40)) * time.Hour).Unix(), Image: w.pick("registry.example/a:1", "registry.example/b:latest"),
		Workload: model.KindByName(w.pick("ReplicaSet", "StatefulSet")).Ref(meta.Namespace, w.pick("a", "b", "c")), Container: w.pick("c0", "c1"), Counts: &record.Counts{High: int32(w.IntN(3))},
	}
	s.Meta = record.Meta{Kind: model.KindByName("VulnerabilityReport"), Namespace: meta.Namespace, Name: meta.Name}
	if w.IntN(3) == 0 {
		s.Meta = record.OwnMeta("ImageScan", "", meta.Name)
	}
	switch w.IntN(5) {
	case 0:
		s.Counts, s.Failed = nil, "the scan failed"
	case 1:
		s.Counts = nil
	case 2:
		s.Built = testNow.Add(-time.Duration(w.IntN(400)) * 24 * time.Hour).Unix()
	}
	for range w.IntN(3) {
		s.Digests = append(s.Digests, record.ScanDigest{Digest: w.digest(), Of: record.DigestOf(w.IntN(4))})
	}
	return s
}

func (w *world) untyped(meta metav1.ObjectMeta, group, kind string, body map[string]any) runtime.Object {
	u := &unstructured.Unstructured{Object: body}
	k := model.KindByName(kind + "." + group)
	u.SetGroupVersionKind(k.GVK())
	u.SetName(meta.Name)
	u.SetNamespace(meta.Namespace)
	return u
}

// leak puts a credential into a template now and then, or takes a variable from a Secret.
func (w *world) leak(spec *corev1.PodSpec) {
	c := &spec.Containers[0]
	switch w.IntN(8) {
	case 0:
		c.Env = []corev1.EnvVar{{Name: "DB_PASSWORD", Value: w.pick("h7Kq2Lw9Zx4V", "p0Qm8Rt6Ys1N")}}
	case 1:
		c.Env = []corev1.EnvVar{{Name: "DB_PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: w.pick("a", "b", "c", "gone")}, Key: "k"}}}}
	case 2:
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "s", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: w.pick("a", "b", "c", "gone"), Optional: w.yes()}}})
	}
}
