package detect

import (
	"encoding/base64"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

const annotation = "metadata.annotations[" + corev1.LastAppliedConfigAnnotation + "]"

// TestComplaints goes through what users of other tools have complained of, by the number of the issue. Those with a path must be found
// there, under the name; the others must not be found.
func TestComplaints(t *testing.T) {
	random := fill("{a32}")
	for _, tt := range []struct {
		issue, what string
		key, value  string
		path, name  string
	}{
		{issue: "kubescape#1839", what: "a path to a secret is none", key: "DB_PASSWORD_FILE", value: "/run/secrets/db_password"},
		{issue: "kubescape#1839", what: "nor is a path under the plain name", key: "DB_PASSWORD", value: "/run/secrets/db_password"},
		{issue: "regolibrary#697", what: "*_PATH", key: "AWS_WEB_IDENTITY_TOKEN_PATH", value: "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"},
		{issue: "regolibrary#563", what: "*_FILE of Grafana", key: "GF_SECURITY_ADMIN_PASSWORD__FILE", value: "/etc/secrets/admin-password"},
		{issue: "gitleaks#1728", what: "SealedSecret", key: "sealed.yaml", value: "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: db\nspec:\n  encryptedData:\n    password: " + fill("AgB{b600}") + "\n    api_key: " +
			fill("{b300}") + "\n"},
		{issue: "gitleaks#1508", what: "ExternalSecret", key: "external.yaml", value: "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: db\nspec:\n  secretStoreRef:\n    name: vault-backend-7\n  data:\n  - secretKey: password\n" +
			"    remoteRef:\n      key: prod/db-4f5a6b\n      property: password9f8e7d6c5b4a\n"},
		{issue: "gitleaks#1508", what: "SopsSecret", key: "sops.yaml", value: "apiVersion: isindir.github.com/v1alpha3\nkind: SopsSecret\nspec:\n  secretTemplates:\n  - name: db\n    stringData:\n      password: " +
			fill("ENC[AES256_GCM,data:{b16}=,iv:{b43}=,tag:{b22}==,type:str]") + "\nsops:\n  age:\n  - recipient: " + fill("age1{l58}") + "\n    enc: |\n      -----BEGIN AGE ENCRYPTED FILE-----\n      " +
			fill("{b64}") + "\n      -----END AGE ENCRYPTED FILE-----\n  mac: " + fill("ENC[AES256_GCM,data:{b88},type:str]") + "\n"},
		{issue: "gitleaks#850", what: "an API group is no key", key: "rbac.yaml", value: "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: secret-reader\nsubjects:\n- kind: User\n  apiGroup: rbac.authorization.k8s.io\n"},
		{issue: "gitleaks#760", what: "nor is a version", key: "token.yaml", value: "apiVersion: authentication.k8s.io/v1beta1\nkind: TokenRequest\nspec:\n  tokenApiVersion: authentication.k8s.io/v1\n"},
		{issue: "measured", what: "name and value on two lines", key: "pod.yaml", value: "spec:\n  containers:\n  - env:\n    - name: PAYMENT_API_KEY\n      value: " + random + "\n", path: "data.pod.yaml.spec.containers[0].env[0].value",
			name: "PAYMENT_API_KEY"},
		{issue: "measured", what: "the same in JSON", key: "pod.json", value: `{"spec":{"containers":[{"env":[{"name":"PAYMENT_API_KEY","value":"` + random + `"}]}]}}`, path: "data.pod.json.spec.containers[0].env[0].value",
			name: "PAYMENT_API_KEY"},
		{issue: "measured", what: "a poor password", key: "DB_PASSWORD", value: "hunter2-prod", path: "data.DB_PASSWORD", name: "DB_PASSWORD"},
		{issue: "measured", what: "base64 without being asked for it", key: "settings", value: base64.StdEncoding.EncodeToString([]byte("DB_PASSWORD=hunter2-prod")), path: "data.settings", name: "DB_PASSWORD"},
	} {
		found := Default().Inspect("data."+tt.key, tt.key, tt.value)
		switch {
		case tt.path == "" && len(found) > 0:
			t.Errorf("%s: %s: got %+v", tt.issue, tt.what, found)
		case tt.path != "" && (len(found) != 1 || found[0].Path != tt.path || found[0].Name != tt.name):
			t.Errorf("%s: %s: got %+v", tt.issue, tt.what, found)
		}
	}
}

// TestComplaintsOfPods are those about pod specs.
func TestComplaintsOfPods(t *testing.T) {
	ref := &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: "password"}}
	spec := &corev1.PodSpec{Containers: []corev1.Container{{
		Name: "clean",
		Env: []corev1.EnvVar{
			{Name: "DB_PASSWORD", ValueFrom: ref},
			{Name: "DSN", Value: "postgres://app:$(DB_PASSWORD)@db/x"},
		},
		EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "app-credentials"}}}},
	}}}
	if found := Default().Pod(spec); len(found) > 0 {
		t.Errorf("kubescape#802: a reference is the remedy, not the flaw: %+v", found)
	}
	spec.Containers = append(spec.Containers, corev1.Container{Name: "app", Env: []corev1.EnvVar{{Name: "MODE", Value: "prod"}, {Name: "PAYMENT_API_KEY", Value: fill("{a32}")}},
		Args: []string{"--db-password=hunter2-prod", "--api-token", fill("{a30}")}})
	found := Default().Pod(spec)
	if len(found) != 3 {
		t.Fatalf("measured: both arguments and the variable: got %+v", found)
	}
	for i, want := range []struct{ path, name, what string }{
		{"containers[1].env[1].value", "PAYMENT_API_KEY", "API key"}, {"containers[1].args[0]", "db-password", "password"}, {"containers[1].args[2]", "api-token", "token"},
	} {
		e := found[i]
		if e.Path != want.path || e.Name != want.name || e.Container != "app" {
			t.Errorf("kubescape#1737: which variable? got %+v, want %v", e, want)
		}
		if e.What != want.what || e.Rule == "" || e.Length == 0 || e.Entropy == 0 {
			t.Errorf("kubescape#16: why? got %+v, want %v", e, want)
		}
	}
}

// TestLastApplied holds that the copy of a Secret is left alone, while that of others is looked into.
func TestLastApplied(t *testing.T) {
	d := Default()
	for _, kind := range []string{"Secret", "ConfigMap"} {
		value := `{"apiVersion":"v1","data":{"password":"` + base64.StdEncoding.EncodeToString([]byte("correct-horse-battery")) + `"},"kind":"` + kind + `","metadata":{"annotations":{"token":"` + fill("ghp_{a36}") + `"}},"stringData":{"x":"` +
			fill("ghp_{a36}x") + `"}}`
		found := d.Inspect(annotation, corev1.LastAppliedConfigAnnotation, value)
		var paths []string
		for _, e := range found {
			paths = append(paths, strings.TrimPrefix(e.Path, annotation))
		}
		want := ".metadata.annotations.token"
		if kind == "ConfigMap" {
			want = ".data.password .metadata.annotations.token .stringData.x"
			if found[0].Encoding != "json+base64" || found[0].Length != len("correct-horse-battery") {
				t.Errorf("got %+v", found[0])
			}
		}
		if got := strings.Join(paths, " "); kind == "Secret" && got != want || kind == "ConfigMap" && !strings.HasPrefix(got, ".data.password .metadata.annotations.token") {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
	// A manifest of a Secret in a ConfigMap is no copy of itself.
	manifest := `{"data":{"password":"` + base64.StdEncoding.EncodeToString([]byte("correct-horse-battery")) + `"},"kind":"Secret"}`
	if found := d.Inspect("data.secret.json", "secret.json", manifest); len(found) != 1 {
		t.Errorf("a Secret in a ConfigMap: got %+v", found)
	}
}
