"""Times training steps of a PyTorch model: a line in, {"ms": ..., "cpu": ...} of one step out.

The argument is JSON: the layers of the tfjs network with their configuration, the batch size, steps a turn, and the precision in which
convolutions and dense layers multiply.
"""

import json
import sys
import time

import torch
from torch import nn

job = json.loads(sys.argv[1])
torch.manual_seed(1)
x = torch.rand(job["batch"], 1, 48, 48).contiguous(memory_format=torch.channels_last)
y = torch.arange(job["batch"]) % 7

ACTIVATIONS = {"relu": [nn.ReLU()], "linear": [], "softmax": []}  # the loss takes logits


def layers_of(kind: str, config: dict) -> list[nn.Module]:
    if kind == "Conv2D":
        return [
            nn.LazyConv2d(
                config["filters"],
                config["kernelSize"],
                config["strides"],
                padding=config["padding"],
                bias=config["useBias"],
            ),
            *ACTIVATIONS[config["activation"]],
        ]
    if kind == "Dense":
        return [nn.LazyLinear(config["units"], bias=config["useBias"]), *ACTIVATIONS[config["activation"]]]
    if kind == "Activation":
        return ACTIVATIONS[config["activation"]]
    if kind == "MaxPooling2D":
        return [nn.MaxPool2d(config["poolSize"], config["strides"], ceil_mode=config["padding"] == "same")]
    if kind == "GlobalAveragePooling2D":
        return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    single = {
        "InputLayer": lambda: nn.Identity(),
        "BatchNormalization": lambda: nn.LazyBatchNorm2d() if is_image else nn.LazyBatchNorm1d(),
        "Dropout": lambda: nn.Dropout(config["rate"]),
        "Flatten": lambda: nn.Flatten(),
    }
    if kind not in single:
        sys.exit(f"unknown layer {kind}")
    return [single[kind]()]


modules = []
is_image = True
for layer in job["layers"]:
    modules += layers_of(layer["kind"], layer["config"])
    is_image = is_image and layer["kind"] not in ("Flatten", "GlobalAveragePooling2D")
model = nn.Sequential(*modules)
model(x)
model = model.to(memory_format=torch.channels_last).train()
optimizer = torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9, nesterov=True)


def step() -> None:
    with torch.autocast("cpu", torch.bfloat16, enabled=job["precision"] == "bfloat16"):
        logits = model(x)
    loss = nn.functional.cross_entropy(logits.float(), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    loss.item()


step()
print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
for _ in sys.stdin:
    start, used = time.perf_counter(), time.process_time()
    for _ in range(job["steps"]):
        step()
    ms, cpu = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - used)
    print(json.dumps({"ms": ms / job["steps"], "cpu": cpu / job["steps"]}), flush=True)
