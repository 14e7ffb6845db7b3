package demo

import (
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

const (
	scanner     = "trivy-operator"
	scanGroup   = "aquasecurity.github.io"
	scanVersion = "v1alpha1"
	scanKind    = "VulnerabilityReport"
)

// debugPrefix begins the names of the debug pods.
const debugPrefix = "debug-x-"

// debug starts a pod that owns its node, as somebody in a hurry would.
func (s *stage) debug() {
	p := &corev1.Pod{TypeMeta: typeMeta(corev1.SchemeGroupVersion, "Pod"),
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceSystem, Name: debugPrefix + suffix("debug", s.version), GenerateName: debugPrefix},
		Spec: corev1.PodSpec{HostPID: true, RestartPolicy: corev1.RestartPolicyNever,
			Containers: []corev1.Container{{Name: "debug", Image: "docker.io/nicolaka/netshoot:v0.14", ImagePullPolicy: corev1.PullIfNotPresent,
				Command: []string{"sleep", "infinity"}, SecurityContext: &corev1.SecurityContext{Privileged: new(true)},
				VolumeMounts: []corev1.VolumeMount{{Name: "host", MountPath: "/host"}}}},
			Volumes: []corev1.Volume{{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}}}}}
	s.identify(p)
	s.setDefaults(p)
	s.admit(p)
	p.Spec.TerminationGracePeriodSeconds = new(int64(2))
	m := s.node("n3")
	if m == nil || s.refusal(p) != "" {
		return // the user has seen to it
	}
	m.hold(p, "")
	s.start(p, created)
}

// debugger gives f the debug pod, if it is there.
func (s *stage) debugger(f func(*corev1.Pod)) {
	i := slices.IndexFunc(s.pods, func(p *corev1.Pod) bool {
		return p.Namespace == metav1.NamespaceSystem && strings.HasPrefix(p.Name, debugPrefix) && p.Labels == nil
	})
	if i >= 0 && !s.users[place(refOf(s.pods[i]))] {
		f(s.pods[i])
	}
}

func (s *stage) debugRuns() { s.debugger(s.ready) }

func (s *stage) debugLeaves() { s.debugger(s.terminate) }

func (s *stage) debugGone() { s.debugger(s.leave) }

// scan files the report of an image that was never scanned.
func (s *stage) scan() {
	rs := s.grafana()
	ctr := rs.Spec.Template.Spec.Containers[0]
	repository, tag, digest := image(ctr.Image)
	const server = "docker.io"
	list := []any{}
	for _, v := range [][2]string{{"DEMO-2026-7310", "CRITICAL"}, {"DEMO-2026-7311", "HIGH"}, {"DEMO-2026-7312", "HIGH"}} {
		list = append(list, map[string]any{"vulnerabilityID": v[0], "severity": v[1], "resource": "libdemo", "installedVersion": "1.0.0",
			"fixedVersion": "1.0.9", "title": "made up for the demo"})
	}
	r := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": scanGroup + "/" + scanVersion, "kind": scanKind,
		"report": map[string]any{
			"updateTimestamp": s.now.Format(time.RFC3339),
			"scanner":         map[string]any{"name": "Trivy", "vendor": "Aqua Security", "version": "0.74.0"},
			"registry":        map[string]any{"server": server},
			"artifact":        map[string]any{"repository": repository[len(server)+1:], "tag": tag, "digest": digest},
			"os":              map[string]any{"family": "alpine", "name": "3.16.9"},
			"summary": map[string]any{"criticalCount": int64(1), "highCount": int64(2), "mediumCount": int64(9), "lowCount": int64(4),
				"unknownCount": int64(0), "noneCount": int64(0)},
			"vulnerabilities": list,
		}}}
	r.SetNamespace(rs.Namespace)
	r.SetLabels(map[string]string{"app.kubernetes.io/managed-by": scanner, "trivy-operator.container.name": ctr.Name, "trivy-operator.resource.namespace": rs.Namespace})
	r.SetAnnotations(map[string]string{"trivy-operator.aquasecurity.github.io/report-ttl": "24h0m0s"})
	fileUnder(r, rs)
	s.create(r, scanner)
}

// grafana is the ReplicaSet whose image is scanned.
func (s *stage) grafana() *appsv1.ReplicaSet {
	return s.setsOf(find[*appsv1.Deployment](s, "Deployment", "monitoring", "grafana"))[0]
}

func (s *stage) unscan() {
	rs := s.grafana()
	s.remove(s.all[model.Ref{Group: scanGroup, Version: scanVersion, Kind: scanKind, Namespace: rs.Namespace,
		Name: "replicaset-" + rs.Name + "-" + rs.Spec.Template.Spec.Containers[0].Name}])
}

// rotate gives a Secret new values, which nobody reads here.
func (s *stage) rotate() {
	o := edit[*corev1.Secret](s, "Secret", "legacy", "intranet-db")
	metav1.SetMetaDataAnnotation(&o.ObjectMeta, "jungle.example/rotated", s.now.Format(time.RFC3339))
	s.wrote(o, o.ManagedFields[0].Manager, o.ManagedFields[0].Operation, "", "data")
}

func (s *stage) unrotate() { s.restore("Secret", "legacy", "intranet-db") }
