import { useMutation } from "@tanstack/react-query";
import { request } from "@/shared/api/client";
import type { Quote, QuoteRequest } from "@/shared/api/types";

export const postQuote = (body: QuoteRequest) => request<Quote>("/api/v2/quote/multi-dimensional", { method: "POST", body });

export const useQuote = () => useMutation({ mutationFn: postQuote });
