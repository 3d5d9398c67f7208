/** Execution payloads between the Engine API's JSON and the beacon chain's types. */
import { type electra, type fulu, ssz } from "@lodestar/types";
import { bytesToHex, hexToBytes } from "../../primitives/bytes.ts";
import type { Hex } from "../../primitives/types.ts";
import { type ExecutionPayload, quantity, type Withdrawal } from "./engine.ts";

type Payload = fulu.BeaconBlock["body"]["executionPayload"];

export function payloadFromJson(json: ExecutionPayload): Payload {
	return {
		parentHash: hexToBytes(json.parentHash),
		feeRecipient: hexToBytes(json.feeRecipient),
		stateRoot: hexToBytes(json.stateRoot),
		receiptsRoot: hexToBytes(json.receiptsRoot),
		logsBloom: hexToBytes(json.logsBloom),
		prevRandao: hexToBytes(json.prevRandao),
		blockNumber: Number(json.blockNumber),
		gasLimit: Number(json.gasLimit),
		gasUsed: Number(json.gasUsed),
		timestamp: Number(json.timestamp),
		extraData: hexToBytes(json.extraData),
		baseFeePerGas: BigInt(json.baseFeePerGas),
		blockHash: hexToBytes(json.blockHash),
		transactions: json.transactions.map(hexToBytes),
		withdrawals: json.withdrawals.map(({ address, amount, index, validatorIndex }) => ({
			index: Number(index),
			validatorIndex: Number(validatorIndex),
			address: hexToBytes(address),
			amount: BigInt(amount),
		})),
		blobGasUsed: BigInt(json.blobGasUsed),
		excessBlobGas: BigInt(json.excessBlobGas),
	};
}

export function payloadToJson(payload: Payload): ExecutionPayload {
	return {
		parentHash: bytesToHex(payload.parentHash),
		feeRecipient: bytesToHex(payload.feeRecipient),
		stateRoot: bytesToHex(payload.stateRoot),
		receiptsRoot: bytesToHex(payload.receiptsRoot),
		logsBloom: bytesToHex(payload.logsBloom),
		prevRandao: bytesToHex(payload.prevRandao),
		blockNumber: quantity(payload.blockNumber),
		gasLimit: quantity(payload.gasLimit),
		gasUsed: quantity(payload.gasUsed),
		timestamp: quantity(payload.timestamp),
		extraData: bytesToHex(payload.extraData),
		baseFeePerGas: quantity(payload.baseFeePerGas),
		blockHash: bytesToHex(payload.blockHash),
		transactions: payload.transactions.map(bytesToHex),
		withdrawals: payload.withdrawals.map(withdrawalToJson),
		blobGasUsed: quantity(payload.blobGasUsed),
		excessBlobGas: quantity(payload.excessBlobGas),
	};
}

export function withdrawalToJson(withdrawal: Payload["withdrawals"][number]): Withdrawal {
	return {
		index: quantity(withdrawal.index),
		validatorIndex: quantity(withdrawal.validatorIndex),
		address: bytesToHex(withdrawal.address),
		amount: quantity(withdrawal.amount),
	};
}

/** EIP-7685: type 0 deposits, 1 withdrawals, 2 consolidations; a type byte alone lists nothing. */
export function requestsFromJson(requests: readonly Hex[]): electra.ExecutionRequests {
	const dataOf = (type: number): Uint8Array => {
		const found = requests.map(hexToBytes).find((bytes) => bytes[0] === type);
		return found?.slice(1) ?? new Uint8Array(0);
	};
	return {
		deposits: ssz.electra.DepositRequests.deserialize(dataOf(0)),
		withdrawals: ssz.electra.WithdrawalRequests.deserialize(dataOf(1)),
		consolidations: ssz.electra.ConsolidationRequests.deserialize(dataOf(2)),
	};
}
