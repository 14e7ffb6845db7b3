package leaves

import (
	"fmt"
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// speaker knows what follows --password, and what -p means to mysql. Of a single text it takes "loud" for a credential.
type speaker struct{}

func (speaker) Inspect(path, name, value string) []model.Exposure {
	if value != "loud" {
		return nil
	}
	return []model.Exposure{{Path: path, Name: name}}
}

func (speaker) Pod(spec *corev1.PodSpec) (found []model.Exposure) {
	c := spec.Containers[0]
	look := func(field string, list []string) {
		for i, word := range list {
			if i > 0 && list[i-1] == "--password" || len(c.Command) > 0 && c.Command[0] == "mysql" && len(word) > 2 && word[:2] == "-p" {
				found = append(found, model.Exposure{Path: fmt.Sprintf("containers[0].%s[%d]", field, i)})
			}
		}
	}
	look("command", c.Command)
	look("args", c.Args)
	return found
}

// TestWords has an inspector that knows what words mean together look at those of any map, with the command that they are for.
func TestWords(t *testing.T) {
	var object map[string]any
	if err := yaml.Unmarshal([]byte(`
spec:
  template:
    spec:
      containers:
      - {name: c, image: i, command: [mysql, -uroot, -pX123], args: [--password, x, loud, 7, -pY123]}
      initContainers: [{args: [--password, x]}, {command: [curl, -pZ123]}]
      probe: {exec: {command: [check, --password, loud]}}
      args: "loud"
  templates: [{script: {command: [sh], source: loud}}]
  job: {entrypoint: [run, --password, x], extraArgs: [--password, x], args: {a: loud}}
  encryptedData: {a: loud}
`), &object); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, e := range Inspect(speaker{}, object) {
		got[e.Path]++
	}
	want := map[string]int{}
	const pod = "spec.template.spec."
	for _, path := range []string{pod + "containers[0].command[2]", pod + "containers[0].args[1]", pod + "containers[0].args[2]", pod + "containers[0].args[4]",
		pod + "initContainers[0].args[1]", pod + "probe.exec.command[2]", pod + "args", "spec.templates[0].script.source", "spec.job.entrypoint[2]",
		"spec.job.extraArgs[1]", "spec.job.args.a"} {
		want[path] = 1
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}
