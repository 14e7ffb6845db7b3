package demo

import (
	"math"
	"time"

	"canopy/model"
)

// What looks suspicious in the demo: the debug container that somebody put into a pod three weeks ago and left is busy, and has been for
// as long as anybody has looked. It has no limit, as ephemeral containers cannot have one, and a public image named by tag alone; a
// policy keeps its pod from talking to the outside.
const (
	busyNamespace, busyPod, busyContainer = "dev", "debug-x9", "debugger-x9"
	busyCPU, busyMemory                   = 1870, 268 << 20
)

const (
	// modestCPU and modestMemory are the size of a container that asks for nothing.
	modestCPU, modestMemory = 60, 96 << 20
	// systemCPU and systemMemory are what a node uses besides its pods.
	systemCPU, systemMemory = 190, 900 << 20
	// warmUp is how long a container is busy after its start.
	warmUp = 45 * time.Second
)

// consumption is what a container uses at a moment: a part of what it asks for that is its own, in a slow wave, a little uneven.
func consumption(p Running, c RunningContainer, at time.Time) model.Sample {
	of := []any{p.Name.Namespace, p.Name.Name, c.Name}
	x := model.Sample{At: at.Unix()}
	uneven := func(of ...any) float64 { return fraction(append(of, at.Unix())...)*2 - 1 }
	if c.use > 0 {
		x.CPU = c.use + int64(float64(c.use)*0.02*uneven(append(of, "busy")...))
		x.Memory = kibibytes(busyMemory + 4e6*uneven(append(of, "memory")...))
		return x
	}
	cpu, memory := float64(c.CPU), float64(c.Memory)
	if cpu == 0 {
		cpu = modestCPU
	}
	if memory == 0 {
		memory = modestMemory
	}
	period := 400 + 500*fraction(append(of, "period")...)
	wave := math.Sin(2 * math.Pi * (float64(at.Unix()%1e6)/period + fraction(append(of, "phase")...)))
	cpu *= (0.1 + 0.5*fraction(append(of, "level")...)) * (1 + 0.25*wave) * (1 + 0.12*uneven(append(of, "cpu")...))
	if age := at.Sub(c.Since); age >= 0 && age < warmUp {
		cpu *= 1.8
	}
	memory *= 0.45 + 0.35*fraction(append(of, "size")...) + 0.03*wave + 0.01*uneven(append(of, "memory")...)
	x.CPU, x.Memory = max(int64(cpu), 1), kibibytes(memory)
	if c.CPULimit > 0 {
		x.CPU = min(x.CPU, c.CPULimit)
	}
	if c.MemoryLimit > 0 {
		x.Memory = min(x.Memory, c.MemoryLimit)
	}
	return x
}

// overhead is what a node uses: its pods, the kubelet, the runtime and the kernel.
func overhead(name string, pods model.Sample, at time.Time) model.Sample {
	uneven := fraction(name, "system", at.Unix())
	return model.Sample{At: at.Unix(), CPU: pods.CPU + systemCPU + int64(60*uneven), Memory: pods.Memory + kibibytes(systemMemory+60e6*uneven)}
}

// kibibytes is an amount as kubelets tell it.
func kibibytes(bytes float64) int64 { return int64(bytes) / 1024 * 1024 }

// fraction derives a figure between 0 and 1 from what it is given.
func fraction(parts ...any) float64 { return float64(number(parts...)>>11) / (1 << 53) }
