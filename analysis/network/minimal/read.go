package minimal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// Read reads flows. Text has one in each line, source, destination and ports:
//
//	shop/Deployment/web  shop/Deployment/api  8080/TCP
//	Namespace/monitoring shop/web             metrics     # a comment
//	shop/web             cidr:10.0.0.0/8      5432,6432
//	internet             shop/web             8080-8090
//
// YAML and JSON have them in a list: flows: [{src: shop/web, dst: shop/api, ports: [8080/TCP]}]. The error is of type Faults,
// and tells everything that is wrong.
func Read(data []byte) ([]Flow, error) {
	if text := string(bytes.TrimPrefix(data, []byte("\ufeff"))); !structured(text) {
		return readLines(text)
	}
	return readList(data)
}

// structured tells YAML and JSON from lines: no line starts with a key.
func structured(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line == "---" || strings.HasPrefix(line, "#") {
			continue
		}
		return strings.HasPrefix(line, "{") || strings.HasPrefix(line, "flows:") || strings.HasPrefix(line, `"flows"`)
	}
	return false
}

func readLines(text string) ([]Flow, error) {
	var flows []Flow
	var faults Faults
	number := 0
	for line := range strings.Lines(text) {
		number++
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		where := fmt.Sprintf("line %d", number)
		if len(words) != 3 {
			faults.add(where, fmt.Sprintf("%d words where there must be three: source, destination and ports (* for all)", len(words)))
			continue
		}
		if f, ok := readFlow(&faults, where, words[0], words[1], strings.Split(words[2], ",")); ok {
			flows = append(flows, f)
		}
	}
	return flows, faults.err()
}

// item is a flow of a list.
type item struct {
	Src   string               `json:"src"`
	Dst   string               `json:"dst"`
	Ports []intstr.IntOrString `json:"ports"`
}

func readList(data []byte) ([]Flow, error) {
	var all struct {
		Flows []json.RawMessage `json:"flows"`
	}
	var faults Faults
	if err := yaml.UnmarshalStrict(data, &all); err != nil {
		faults.add("", "the list cannot be read: "+err.Error())
		return nil, faults
	}
	var flows []Flow
	for i, raw := range all.Flows {
		where := fmt.Sprintf("flows[%d]", i)
		var one item
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&one); err != nil {
			faults.add(where, "a flow has src, dst and a list of ports: "+err.Error())
			continue
		}
		words := make([]string, len(one.Ports))
		for j := range one.Ports {
			words[j] = one.Ports[j].String()
		}
		if len(words) == 0 {
			faults.add(where, `no ports; ports: ["*"] is all of them`)
			continue
		}
		if f, ok := readFlow(&faults, where, one.Src, one.Dst, words); ok {
			flows = append(flows, f)
		}
	}
	return flows, faults.err()
}

// readFlow reads the three parts of a flow, and tells what is wrong with each.
func readFlow(faults *Faults, where, src, dst string, ports []string) (Flow, bool) {
	f := Flow{Where: where}
	before := len(*faults)
	var err error
	if f.Src, err = readEnd(src); err != nil {
		faults.add(where, "source "+err.Error())
	}
	if f.Dst, err = readEnd(dst); err != nil {
		faults.add(where, "destination "+err.Error())
	}
	if f.Ports, err = readPorts(ports); err != nil {
		faults.add(where, err.Error())
	}
	if len(*faults) > before {
		return f, false
	}
	if f.Src.outside() && f.Dst.outside() {
		faults.add(where, "both ends are outside of the cluster: no policy has a say")
		return f, false
	}
	if f.Src.Word == APIServer {
		faults.add(where, "the API server as a source: it calls webhooks from addresses of its nodes, which cidr: names")
		return f, false
	}
	if f.Dst.outside() && len(f.Ports.Names) > 0 {
		faults.add(where, "port "+quoted(f.Ports.Names[0].Name)+" is a name, which only the containers of a cluster have: write its number")
		return f, false
	}
	return f, true
}

func (e End) outside() bool { return e.Word != "" || e.Block.IsValid() }
