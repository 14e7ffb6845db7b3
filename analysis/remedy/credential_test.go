package remedy

import (
	"encoding/json"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/mask"
	"canopy/model/record"
)

// exposing is a cluster whose records were made by the detector.
func exposing(t *testing.T, objects ...metav1.Object) *cluster.Cluster {
	t.Helper()
	c := cluster.New()
	for _, o := range objects {
		var r model.Record
		var err error
		switch o := o.(type) {
		case *appsv1.Deployment:
			r, err = record.Maker{Inspector: detect.Default()}.Make(o)
		case *corev1.Service:
			r, err = record.Maker{Inspector: detect.Default()}.Make(o)
		}
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	return c
}

func speaking(name string, env ...corev1.EnvVar) *appsv1.Deployment {
	tpl := good()
	tpl.Spec.Containers[0].Env = append(tpl.Spec.Containers[0].Env, env...)
	d := owned("Deployment", tpl).(*appsv1.Deployment)
	d.Name = name
	return d
}

// TestEqualValuesHaveOneKey, in a namespace, whichever workload they stand in and whatever they are called.
func TestEqualValuesHaveOneKey(t *testing.T) {
	c := exposing(t, speaking("web", corev1.EnvVar{Name: "A_KEY", Value: stripeKey}, corev1.EnvVar{Name: "B_KEY", Value: stripeKey}), speaking("api", corev1.EnvVar{Name: "C_KEY", Value: stripeKey}, corev1.EnvVar{Name: "D_KEY", Value: stripeKey[:31] + "G"}))
	fix := fixOne(t, c, finding("SE01", ref("Deployment", "web")), finding("SE01", ref("Deployment", "api")))
	var secrets []string
	for _, d := range fix.Documents {
		if d.Step.Verb == model.Create {
			var s corev1.Secret
			if err := json.Unmarshal(d.Step.Body, &s); err != nil {
				t.Fatal(err)
			}
			for k, v := range s.StringData {
				secrets = append(secrets, s.Name+"/"+k)
				if v != mask.Text {
					t.Errorf("%s holds %q", k, v)
				}
			}
		}
	}
	// The owners come in the order of their names.
	if len(secrets) != 2 || !strings.Contains(strings.Join(secrets, " "), "api-credentials/C_KEY") || !strings.Contains(strings.Join(secrets, " "), "api-credentials/D_KEY") {
		t.Errorf("keys %v", secrets)
	}
	if len(fix.Documents) != 3 || len(fix.Documents[1].Closes)+len(fix.Documents[2].Closes) != 2 || strings.Contains(text(fix), "sk_live") {
		t.Error(text(fix))
	}
	if _, err := fix.Only([]bool{false, true, true}); err == nil {
		t.Error("a patch goes without its Secret")
	}
	if mask.Gate(fix.Plan) == nil {
		t.Error("the mask would be written")
	}
	filled, err := fix.Edit(0, []byte(strings.ReplaceAll(string(fix.Documents[0].YAML), mask.Text, "new")))
	if err != nil || mask.Gate(filled.Plan) != nil || len(filled.Documents[1].Closes) != 1 {
		t.Errorf("%v %+v", err, filled)
	}
	other, err := fix.Edit(0, []byte(strings.ReplaceAll(string(fix.Documents[0].YAML), "C_KEY", "E_KEY")))
	if err != nil || len(other.Documents[1].Closes) != 0 {
		t.Errorf("another key still closes: %v %+v", err, other)
	}
}

// TestCredentialsInAnnotations go with the annotation, of whatever kind the object is.
func TestCredentialsInAnnotations(t *testing.T) {
	notes := map[string]string{"example.com/stripe-key": stripeKey, "fine": "x", corev1.LastAppliedConfigAnnotation: `{"spec":{"template":{"spec":{"containers":[{"env":[{"name":"A_KEY","value":"` + stripeKey + `"}]}]}}}}`}
	web := speaking("web", corev1.EnvVar{Name: "A_KEY", Value: stripeKey})
	web.Annotations = notes
	plain := speaking("plain")
	plain.Annotations = notes
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", Annotations: notes}}
	c := exposing(t, web, plain, service)
	for _, tt := range []struct {
		object model.Ref
		steps  int
	}{{ref("Deployment", "web"), 3}, {ref("Deployment", "plain"), 1}, {ref("Service", "web"), 1}} {
		fix := fixOne(t, c, finding("SE01", tt.object))
		sound(t, fix)
		n := len(fix.Documents)
		if n != tt.steps || len(fix.Notes) != 0 || len(fix.Documents[n-1].Closes) != 1 || strings.Contains(text(fix), "sk_live") {
			t.Errorf("%s:\n%s", tt.object, text(fix))
			continue
		}
		found := false
		for _, d := range fix.Documents {
			if d.Step.PatchType == types.MergePatchType {
				found = strings.Contains(string(d.Step.Body), `"example.com/stripe-key":null`) && strings.Contains(string(d.Step.Body), `last-applied-configuration":null`) && !strings.Contains(string(d.Step.Body), "fine")
			}
		}
		if !found {
			t.Errorf("%s: the annotations stay:\n%s", tt.object, text(fix))
		}
	}
}

// TestCredentialsInArguments get steps, and a variable that refers to others as well.
func TestCredentialsInArguments(t *testing.T) {
	d := speaking("web", corev1.EnvVar{Name: "URL", Value: "https://$(HOST)/?key=" + stripeKey})
	d.Spec.Template.Spec.Containers[0].Args = []string{"--stripe-key=" + stripeKey}
	fix := fixOne(t, exposing(t, d), finding("SE01", ref("Deployment", "web")))
	told := text(fix)
	if len(fix.Documents) != 0 || len(fix.Notes) != 1 || !strings.Contains(told, "containers[0].args[0]") || !strings.Contains(told, "refers to other variables") || strings.Contains(told, "sk_live") {
		t.Error(told)
	}
}

// TestSecretVariablesStayWhereTheyAreNeeded: what another text refers to cannot become a file.
func TestSecretVariablesStayWhereTheyAreNeeded(t *testing.T) {
	from := func(name string) corev1.EnvVar {
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: "k"}}}
	}
	d := speaking("web", from("USED"), from("TAKEN"), corev1.EnvVar{Name: "TAKEN_FILE", Value: "/x"}, from("FREE"), corev1.EnvVar{Name: "URL", Value: "db://$(USED)"})
	fix := fixOne(t, exposing(t, d), finding("SE02", ref("Deployment", "web")))
	if len(fix.Documents) != 1 || len(fix.Documents[0].Closes) != 0 || len(fix.Notes) != 1 || len(fix.Notes[0].Steps) != 2 {
		t.Fatal(text(fix))
	}
	y := string(fix.Documents[0].Step.Body)
	if !strings.Contains(y, `"FREE_FILE"`) || !strings.Contains(y, "/run/secrets/db/k") || strings.Contains(y, `"USED_FILE"`) || fix.Documents[0].Breakage != "outage" {
		t.Error(y)
	}
}
