package workload

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestNameOfSecret holds that what is the name of a Secret which the pod names is no credential, and that its neighbours are.
func TestNameOfSecret(t *testing.T) {
	spec := func(value string, volumes ...corev1.Volume) *corev1.PodSpec {
		return &corev1.PodSpec{Volumes: volumes, Containers: []corev1.Container{{Name: "c", Env: []corev1.EnvVar{{Name: "DB_PASSWORD", Value: value}}}}}
	}
	mounted := corev1.Volume{Name: "v", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "db-main-7"}}}
	if found := Credentials(spec("db-main-7", mounted)); len(found) != 0 {
		t.Errorf("the name of a Secret: %+v", found)
	}
	for _, s := range []*corev1.PodSpec{spec("db-main-7"), spec("db-main-8", mounted)} {
		if found := Credentials(s); len(found) != 1 {
			t.Errorf("%+v: %+v", s.Containers[0].Env, found)
		}
	}
}

// TestCredentialPaths holds which paths of a node hold credentials.
func TestCredentialPaths(t *testing.T) {
	for path, want := range map[string]bool{
		"/home": true, "/home/x": false, "/home/x/.docker/config.json": true, "/home/x/.ssh": true, "/root/.docker": true, "/root/.ssh/id_rsa": true, "/root/.sshd": false,
		"/var/lib/kubelet/config.json": true, "/var/lib/kubelet/config.yaml": false, "/etc/origin/node": true, "/etc/origin/node/node.kubeconfig": true, "/etc/origin": false, "/": false,
	} {
		if got := credentialPath(path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
